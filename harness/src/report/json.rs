//! `report.json`: the document itself, and the only view that can be read back.

use serde::Deserialize;

use super::document::{Document, REPORT_SCHEMA_VERSION};

/// Why a report could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// It could not be written.
    #[error("the report cannot be written as JSON")]
    Write(#[source] serde_json::Error),
    /// It is not JSON, or not a report.
    #[error("this is not a report.json of sloproof")]
    Malformed(#[source] serde_json::Error),
    /// A newer program wrote it.
    #[error(
        "the report has schema version {found}, this program reads up to {known}: use a newer sloproof"
    )]
    TooNew {
        /// The version in the file.
        found: u32,
        /// The highest version this program reads.
        known: u32,
    },
}

/// Renders the document as indented JSON: keys in the document's order, maps sorted, one newline at the end.
pub fn render(doc: &Document) -> Result<String, JsonError> {
    let mut text = serde_json::to_string_pretty(doc).map_err(JsonError::Write)?;
    text.push('\n');
    Ok(text)
}

/// Reads what [`render`] wrote.
pub fn read(text: &str) -> Result<Document, JsonError> {
    #[derive(Deserialize)]
    struct Probe {
        schema_version: u32,
    }
    // The version first: a newer layout must be told as newer, not as malformed.
    let probe: Probe = serde_json::from_str(text).map_err(JsonError::Malformed)?;
    if probe.schema_version > REPORT_SCHEMA_VERSION {
        return Err(JsonError::TooNew {
            found: probe.schema_version,
            known: REPORT_SCHEMA_VERSION,
        });
    }
    serde_json::from_str(text).map_err(JsonError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_report_is_refused_by_its_version() {
        let error = read(r#"{"schema_version": 99, "unknown": true}"#).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the report has schema version 99, this program reads up to 1: use a newer sloproof"
        );
    }

    #[test]
    fn something_else_is_not_a_report() {
        let error = read("[]").unwrap_err();
        assert!(matches!(error, JsonError::Malformed(_)), "{error}");
    }
}
