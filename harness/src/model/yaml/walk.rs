//! Walks a tree along a JSON schema and collects what does not fit. What is nearly right is repaired and read on,
//! so that one slip does not hide the next mistake.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::node::{Entry, Node, NodeKind};
use super::path::Path;
use super::schema::{accepts, accepts_any, bounds, expected, is_free, strings, words, words_free};
use super::shape::Places;
use crate::model::source::{Diagnostic, Source, Span};
use crate::model::suggest::nearest;

pub(super) struct Walk<'a> {
    source: &'a Source,
    root: &'a Value,
    found: &'a mut Vec<Diagnostic>,
    places: Places,
}

/// The fields that a mapping may have.
type Properties<'a> = BTreeMap<&'a str, &'a Value>;

impl<'a> Walk<'a> {
    pub(super) fn new(source: &'a Source, root: &'a Value, found: &'a mut Vec<Diagnostic>) -> Self {
        Self {
            source,
            root,
            found,
            places: Places::default(),
        }
    }

    pub(super) fn into_places(self) -> Places {
        self.places
    }

    /// The JSON value that this node stands for under a schema; a stand-in where it does not fit.
    pub(super) fn value(&mut self, node: &Node, schema: &'a Value, path: &Path) -> Value {
        self.places.spans.insert(path.clone(), node.span);
        let choices = self.choices(schema);
        if choices.iter().any(|c| is_free(c)) {
            return node.to_json();
        }
        if node.is_null() && choices.iter().any(|c| accepts(c, "null")) {
            return Value::Null;
        }
        match &node.kind {
            NodeKind::Scalar { text, plain } if !node.is_null() => {
                match self.scalar(text, *plain, node.span, &choices, path) {
                    Some(value) => value,
                    None => self.stand_in(schema, path),
                }
            }
            NodeKind::List(items) => {
                let Some(list) = choices.iter().find(|c| accepts(c, "array")) else {
                    return self.wrong(node, &choices, schema, path);
                };
                let item_schema = list.get("items").unwrap_or(&Value::Bool(true));
                items
                    .iter()
                    .enumerate()
                    .map(|(i, item)| self.value(item, item_schema, &path.at(i)))
                    .collect()
            }
            NodeKind::Map(entries) => {
                let objects: Vec<&Value> = choices
                    .iter()
                    .copied()
                    .filter(|c| accepts(c, "object"))
                    .collect();
                match objects.as_slice() {
                    [] => self.wrong(node, &choices, schema, path),
                    [one] => self.object(node, entries, one, path),
                    several => self.one_of(node, entries, several, path),
                }
            }
            NodeKind::Scalar { .. } => self.wrong(node, &choices, schema, path),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        plain: bool,
        span: Span,
        choices: &[&Value],
        path: &Path,
    ) -> Option<Value> {
        let words: Vec<&str> = choices.iter().flat_map(|c| words(c)).collect();
        if words.contains(&text)
            || choices
                .iter()
                .any(|c| accepts(c, "string") && words_free(c))
        {
            return Some(json!(text));
        }
        let name = path.field_name();
        if !words.is_empty() {
            let near = nearest(text, words.iter().copied());
            let question = near.map_or_else(String::new, |n| format!(", did you mean `{n}`?"));
            let message = format!("unknown value `{text}` for {name}{question}");
            let mistake = self.source.mistake(span, message);
            self.found.push(if near.is_some() && words.len() == 1 {
                mistake
            } else {
                mistake.known(words)
            });
            return None;
        }
        let number = |kind| plain && choices.iter().any(|c| accepts(c, kind));
        if number("boolean") && matches!(text, "true" | "false") {
            return Some(json!(text == "true"));
        }
        if number("integer")
            && let Ok(whole) = text.replace('_', "").parse::<i128>()
        {
            let (low, high) = bounds(choices);
            if (low..=high).contains(&whole) {
                return Some(
                    u64::try_from(whole).map_or_else(|_| json!(whole as i64), |n| json!(n)),
                );
            }
            self.found.push(
                self.source
                    .mistake(span, format!("{name} is out of range"))
                    .label(format!("a whole number from {low} to {high}")),
            );
            return None;
        }
        if number("number")
            && let Ok(value) = text.parse::<f64>()
            && value.is_finite()
        {
            return Some(json!(value));
        }
        let expected = expected(choices);
        let mut mistake = self
            .source
            .mistake(span, format!("{name} must be {expected}"));
        if accepts_any(choices, "array") {
            mistake = mistake.hint(format!("[{text}]"));
        } else if accepts_any(choices, "boolean") {
            match text {
                "yes" | "on" | "True" | "TRUE" => mistake = mistake.hint("true"),
                "no" | "off" | "False" | "FALSE" => mistake = mistake.hint("false"),
                _ => {}
            }
        } else if !plain && text.parse::<f64>().is_ok() {
            mistake = mistake.hint(format!("{text}, without quotes"));
        }
        self.found.push(mistake);
        None
    }

    fn object(&mut self, node: &Node, entries: &[Entry], schema: &'a Value, path: &Path) -> Value {
        let properties: Properties<'a> = schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, property)| (name.as_str(), property))
            .collect();
        let additional = schema.get("additionalProperties");
        let required: Vec<&str> = strings(schema.get("required"));
        let mut out = Map::new();
        for entry in entries {
            let name = if properties.contains_key(entry.key.as_str()) {
                entry.key.as_str()
            } else if let Some(free) = additional.filter(|a| **a != Value::Bool(false)) {
                let value = self.value(&entry.value, free, &path.at(&entry.key));
                out.insert(entry.key.clone(), value);
                continue;
            } else if additional.is_none() {
                continue;
            } else {
                let absent: Vec<&str> = properties
                    .keys()
                    .copied()
                    .filter(|p| !entries.iter().any(|e| e.key == *p) && !out.contains_key(*p))
                    .collect();
                self.unknown_field(entry, &properties);
                // The slip is told; reading on as if it were written right finds the mistakes behind it.
                match nearest(&entry.key, absent) {
                    Some(meant) => meant,
                    None => continue,
                }
            };
            if entry.value.is_null() && !required.contains(&name) {
                continue;
            }
            let Some(property) = properties.get(name) else {
                continue;
            };
            let value = self.value(&entry.value, property, &path.at(name));
            out.insert(name.to_owned(), value);
        }
        for name in required {
            if out.contains_key(name) {
                continue;
            }
            let at = entries.first().map_or(node.span, |e| e.key_span);
            let mut mistake = self.source.mistake(at, format!("missing field `{name}`"));
            if let Some(what) = properties
                .get(name)
                .and_then(|p| p.get("description"))
                .and_then(Value::as_str)
            {
                mistake = mistake.note(name, first_sentence(what));
            }
            self.found.push(mistake);
            let path = path.at(name);
            let value = match properties.get(name) {
                Some(property) => self.stand_in(property, &path),
                None => Value::Null,
            };
            out.insert(name.to_owned(), value);
        }
        Value::Object(out)
    }

    fn unknown_field(&mut self, entry: &Entry, properties: &Properties<'_>) {
        let key = &entry.key;
        let names = properties.keys().copied();
        let mistake = match nearest(key, names.clone()) {
            Some(near) => self.source.mistake(
                entry.key_span,
                format!("unknown field `{key}`, did you mean `{near}`?"),
            ),
            None => self
                .source
                .mistake(entry.key_span, format!("unknown field `{key}`"))
                .known(names),
        };
        self.found.push(mistake);
    }

    /// A mapping with exactly one key, which says which of the forms it is.
    fn one_of(
        &mut self,
        node: &Node,
        entries: &[Entry],
        objects: &[&'a Value],
        path: &Path,
    ) -> Value {
        let tags: Vec<&str> = objects
            .iter()
            .flat_map(|o| strings(o.get("required")))
            .collect();
        if let [entry] = entries {
            let tag = if tags.contains(&entry.key.as_str()) {
                Some(entry.key.as_str())
            } else {
                let mistake = match nearest(&entry.key, tags.clone()) {
                    Some(near) => format!("unknown field `{}`, did you mean `{near}`?", entry.key),
                    None => format!("unknown field `{}`", entry.key),
                };
                let mistake = self.source.mistake(entry.key_span, mistake);
                self.found.push(mistake.known(&tags));
                nearest(&entry.key, tags.clone())
            };
            let object = tag.and_then(|tag| {
                let of_tag = |o: &&&Value| strings(o.get("required")).contains(&tag);
                let property = objects.iter().find(of_tag)?.get("properties")?.get(tag)?;
                Some((tag, property))
            });
            if let Some((tag, property)) = object {
                let value = self.value(&entry.value, property, &path.at(tag));
                return Value::Object(Map::from_iter([(tag.to_owned(), value)]));
            }
        } else {
            let at = entries.first().map_or(node.span, |e| e.key_span);
            self.found.push(
                self.source
                    .mistake(
                        at,
                        format!("{} must hold exactly one field", path.field_name()),
                    )
                    .known(&tags),
            );
        }
        self.stand_in(objects[0], path)
    }

    fn wrong(
        &mut self,
        node: &Node,
        choices: &[&'a Value],
        schema: &'a Value,
        path: &Path,
    ) -> Value {
        let span = match &node.kind {
            NodeKind::Map(entries) => entries.first().map_or(node.span, |e| e.key_span),
            _ => node.span,
        };
        self.found.push(
            self.source
                .mistake(
                    span,
                    format!("{} must be {}", path.field_name(), expected(choices)),
                )
                .label(format!("this is {}", node.describe())),
        );
        self.stand_in(schema, path)
    }

    fn stand_in(&mut self, schema: &'a Value, path: &Path) -> Value {
        self.places.broken.insert(path.clone());
        self.filler(schema)
    }

    /// The smallest value that a schema accepts, near enough for deserialization.
    fn filler(&self, schema: &'a Value) -> Value {
        let choices = self.choices(schema);
        if choices.iter().any(|c| is_free(c) || accepts(c, "null")) {
            return Value::Null;
        }
        let Some(first) = choices.first() else {
            return Value::Null;
        };
        if let Some(word) = words(first).first() {
            return json!(word);
        }
        if accepts(first, "string") {
            json!("")
        } else if accepts(first, "integer") {
            json!(u64::try_from(bounds(&choices).0).unwrap_or(0))
        } else if accepts(first, "number") {
            json!(0.0)
        } else if accepts(first, "boolean") {
            json!(false)
        } else if accepts(first, "array") {
            json!([])
        } else {
            let property = |name: &str| first.get("properties").and_then(|p| p.get(name));
            strings(first.get("required"))
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), self.filler(property(name)?))))
                .collect()
        }
    }

    /// The forms a schema allows, references followed.
    fn choices(&self, schema: &'a Value) -> Vec<&'a Value> {
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            return match self.root.pointer(name.trim_start_matches('#')) {
                Some(target) => self.choices(target),
                None => vec![],
            };
        }
        match schema.get("anyOf").or_else(|| schema.get("oneOf")) {
            Some(Value::Array(list)) => list.iter().flat_map(|s| self.choices(s)).collect(),
            _ => vec![schema],
        }
    }
}

fn first_sentence(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    flat.split_once(". ")
        .map_or(flat.trim_end_matches('.'), |(first, _)| first)
        .to_owned()
}
