//! Something that a lint found.

use serde::Serialize;

use crate::model::{Diagnostic, Source, Span};

/// A lint's complaint, with its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Where and what.
    pub diagnostic: Diagnostic,
    /// The lint.
    pub lint: &'static str,
}

impl Finding {
    pub(super) fn new(
        lint: &'static str,
        source: &Source,
        span: Span,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let told = source.mistake(span, message).warning().hint(remedy);
        Self {
            diagnostic: told.note("lint", format!("{lint}; sloproof explain {lint}")),
            lint,
        }
    }
}

/// `{lint, file, line, column, message, remedy}`.
impl Serialize for Finding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let told = &self.diagnostic;
        let remedy = told.notes.iter().find(|(lead, _)| lead == "try");
        serde_json::json!({
            "lint": self.lint,
            "file": told.file,
            "line": told.line,
            "column": told.column,
            "message": told.message,
            "remedy": remedy.map(|(_, text)| text),
        })
        .serialize(serializer)
    }
}
