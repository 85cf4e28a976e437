//! A tree as a typed value: the type's JSON schema says what may be written, so that one description serves the
//! reader, the messages and the editor.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::node::Node;
use super::path::Path;
use super::walk::Walk;
use crate::model::source::{Diagnostic, Source, Span};

/// A typed value with the places of its parts.
#[derive(Debug, Clone)]
pub struct Shaped<T> {
    /// The value. Where the file's shape was wrong it holds a stand-in; see [`Places::is_broken`].
    pub value: T,
    /// Where its parts are written.
    pub places: Places,
}

/// Where the parts of a document are written, and which of them have been complained about.
#[derive(Debug, Clone, Default)]
pub struct Places {
    pub(super) spans: BTreeMap<Path, Span>,
    pub(super) broken: BTreeSet<Path>,
}

impl Places {
    /// Where a value is written, or the nearest value around it.
    pub fn span(&self, path: &Path) -> Span {
        let mut path = Some(path.clone());
        while let Some(p) = path {
            if let Some(span) = self.spans.get(&p) {
                return *span;
            }
            path = p.parent();
        }
        Span::default()
    }

    /// Whether the file writes this value, rather than leaving it to its default.
    pub fn is_written(&self, path: &Path) -> bool {
        self.spans.contains_key(path)
    }

    /// Whether this value, or one around it, is a stand-in for what could not be read: a further complaint about it
    /// would only repeat the first.
    pub fn is_broken(&self, path: &Path) -> bool {
        self.broken.iter().any(|b| path.is_within(b))
    }

    /// Whether anything below this path is a stand-in, so that names read from there may be incomplete.
    pub fn is_broken_below(&self, path: &Path) -> bool {
        self.broken
            .iter()
            .any(|b| b.is_within(path) || path.is_within(b))
    }
}

/// Reads a tree as a `T`, collecting every mistake of shape. `None` only if not even stand-ins could make a `T`.
pub fn read<T: DeserializeOwned + JsonSchema>(
    source: &Source,
    node: &Node,
    found: &mut Vec<Diagnostic>,
) -> Option<Shaped<T>> {
    let schema = schemars::schema_for!(T).to_value();
    let mut walk = Walk::new(source, &schema, found);
    let json = walk.value(node, &schema, &Path::root());
    let places = walk.into_places();
    match serde_json::from_value(json) {
        Ok(value) => Some(Shaped { value, places }),
        Err(error) => {
            // The schema allowed what the type refuses; say so rather than nothing.
            if found.is_empty() {
                found.push(source.mistake(node.span, format!("cannot be read: {error}")));
            }
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::yaml::parse;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Thing {
        name: String,
        how_many: u8,
        #[serde(default)]
        colour: Option<Colour>,
        #[serde(default)]
        parts: Vec<Part>,
    }

    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Colour {
        /// Red.
        Red,
        /// Green.
        Green,
    }

    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    enum Part {
        Screw { length: f64 },
        Nail { bent: bool },
    }

    fn told(text: &str) -> (Option<Thing>, Vec<String>) {
        let source = Source {
            file: "t.yaml".into(),
            text: text.into(),
        };
        let mut found = vec![];
        let thing = parse(&source, &mut found)
            .first()
            .and_then(|node| read::<Thing>(&source, node, &mut found));
        let told = found
            .iter()
            .map(|d| format!("{}:{} {}", d.line, d.column, d.message))
            .collect();
        (thing.map(|t| t.value), told)
    }

    #[test]
    fn a_right_file_becomes_its_value() {
        let text = "name: 12\nhowMany: 3\ncolour: red\nparts: [{screw: {length: 2}}, nail: {bent: true}]\n";
        let (thing, told) = told(text);
        assert_eq!(told, Vec::<String>::new());
        assert_eq!(
            thing.unwrap(),
            Thing {
                name: "12".into(),
                how_many: 3,
                colour: Some(Colour::Red),
                parts: vec![Part::Screw { length: 2.0 }, Part::Nail { bent: true }],
            }
        );
    }

    #[test]
    fn every_mistake_of_shape_is_told_at_once_and_only_once() {
        let text = "nmae: x\nhowMany: 300\ncolour: gren\nparts:\n  - {scrow: {length: long}}\n  - {nail: {bent: yes}}\n  - []\n";
        let (_, told) = told(text);
        assert_eq!(
            told,
            [
                "1:1 unknown field `nmae`, did you mean `name`?",
                "2:10 `howMany` is out of range",
                "3:9 unknown value `gren` for `colour`, did you mean `green`?",
                "5:6 unknown field `scrow`, did you mean `screw`?",
                "5:22 `length` must be a number",
                "6:19 `bent` must be true or false",
                "7:5 `parts` item must be a mapping",
            ]
        );
    }

    #[test]
    fn a_missing_field_is_told_at_its_mapping() {
        let (_, told) = told("name: x\n");
        assert_eq!(told, ["1:1 missing field `howMany`"]);
    }

    proptest! {
        #[test]
        fn no_document_panics(text in "((name|howMany|colour|parts|- |nail|screw|: |\n|  |[a-z0-9\\[\\]{},'\"])){0,40}") {
            let _ = told(&text);
        }
    }
}
