//! What one format says and another cannot.

use std::fmt;

use serde::Serialize;

/// Something that was not carried over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Loss {
    /// The SLO.
    pub slo: String,
    /// The field.
    pub field: String,
    /// Why, and what became of it.
    pub reason: String,
}

impl Loss {
    pub(super) fn new(slo: &str, field: &str, reason: impl Into<String>) -> Self {
        Self {
            slo: slo.to_owned(),
            field: field.to_owned(),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.slo, self.field, self.reason)
    }
}
