//! A YAML value that knows where it is written.

use serde_json::{Value, json};

use crate::model::source::Span;

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it is written; for an alias, where the alias stands.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// A text, number, truth value or null.
    Scalar {
        /// Its text after unquoting.
        text: String,
        /// Written without quotes and not as a block: only such text can be a number, a truth value or null.
        plain: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping in file order.
    Map(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key is written.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// Whether nothing is written here: empty, `~` or `null`.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, NodeKind::Scalar { text, plain: true }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.kind {
            NodeKind::Map(entries) => entries.iter().find(|e| e.key == key).map(|e| &e.value),
            _ => None,
        }
    }

    /// The text of a scalar.
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The value as JSON, read as YAML's core schema would.
    pub(super) fn to_json(&self) -> Value {
        match &self.kind {
            _ if self.is_null() => Value::Null,
            NodeKind::Scalar { text, plain: true } if text == "true" || text == "false" => {
                json!(text == "true")
            }
            NodeKind::Scalar { text, plain: true } => match (text.parse::<i64>(), text.parse()) {
                (Ok(whole), _) => json!(whole),
                (_, Ok(number)) if f64::is_finite(number) => json!(number),
                _ => json!(text),
            },
            NodeKind::Scalar { text, .. } => json!(text),
            NodeKind::List(items) => items.iter().map(Self::to_json).collect(),
            NodeKind::Map(entries) => entries
                .iter()
                .map(|e| (e.key.clone(), e.value.to_json()))
                .collect(),
        }
    }

    /// How many nodes this is in all, itself included.
    pub(super) fn size(&self) -> usize {
        1 + match &self.kind {
            NodeKind::Scalar { .. } => 0,
            NodeKind::List(items) => items.iter().map(Self::size).sum(),
            NodeKind::Map(entries) => entries.iter().map(|e| 1 + e.value.size()).sum(),
        }
    }

    /// Applies a change to every scalar value, depth first; keys stay.
    pub fn for_each_scalar(&mut self, change: &mut dyn FnMut(Span, &mut String)) {
        match &mut self.kind {
            NodeKind::Scalar { text, .. } => change(self.span, text),
            NodeKind::List(items) => items.iter_mut().for_each(|n| n.for_each_scalar(change)),
            NodeKind::Map(entries) => entries
                .iter_mut()
                .for_each(|e| e.value.for_each_scalar(change)),
        }
    }

    /// What this is, in words, for messages.
    pub fn describe(&self) -> String {
        match &self.kind {
            NodeKind::List(_) => "a list".to_owned(),
            NodeKind::Map(_) => "a mapping".to_owned(),
            NodeKind::Scalar { .. } if self.is_null() => "nothing".to_owned(),
            NodeKind::Scalar { text, plain } => match text.as_str() {
                "true" | "false" if *plain => format!("`{text}`"),
                t if *plain && t.parse::<f64>().is_ok() => format!("the number {t}"),
                t if t.chars().count() > 40 || t.contains('\n') => "a text".to_owned(),
                t => format!("the text `{t}`"),
            },
        }
    }
}
