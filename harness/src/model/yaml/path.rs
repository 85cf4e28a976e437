//! The way from the root of a document to a value.

use std::fmt;

/// Keys and indices, written as a JSON pointer: `/spec/load/phases/2/rate`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(String);

impl Path {
    /// The document itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// One step down, by key or by index.
    pub fn at(&self, step: impl fmt::Display) -> Self {
        Self(format!("{}/{step}", self.0))
    }

    /// One step up; `None` at the root.
    pub fn parent(&self) -> Option<Self> {
        self.0.rfind('/').map(|at| Self(self.0[..at].to_owned()))
    }

    /// The last field's name for messages, in backticks; an item of a list goes by the list's name.
    pub fn field_name(&self) -> String {
        let mut steps = self.0.rsplit('/');
        let last = steps.next().unwrap_or_default();
        if last.is_empty() {
            "the document".to_owned()
        } else if last.bytes().all(|b| b.is_ascii_digit()) {
            format!("`{}` item", steps.next().unwrap_or_default())
        } else {
            format!("`{last}`")
        }
    }

    /// Whether this is `other` or lies below it.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0
            .strip_prefix(&other.0)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
