//! Where in a reply a value for a later request stands.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where in a reply the value stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extract {
    /// A text, number or boolean of a JSON body, by its pointer (RFC 6901).
    Pointer(String),
    /// What stands in the body between the first `after` and the next `before`.
    Between {
        /// What stands before the value; empty = the body's begin.
        after: String,
        /// What stands behind it; empty = the body's end.
        before: String,
    },
    /// The first header of a name.
    Header(String),
}

/// Why a text names no place.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ExtractError {
    /// Not a JSON pointer.
    #[error(
        "`{text}` is not a JSON pointer; write /items/0/id, with ~1 for a slash and ~0 for a tilde in a name"
    )]
    Pointer {
        /// As written.
        text: String,
    },
    /// Not a header name.
    #[error("`{text}` is not a header name")]
    Header {
        /// As written.
        text: String,
    },
}

impl Extract {
    /// By a JSON pointer; the empty one is the whole document.
    pub fn pointer(text: &str) -> Result<Self, ExtractError> {
        let rooted = text.is_empty() || text.starts_with('/');
        if rooted
            && text
                .split('~')
                .skip(1)
                .all(|part| part.starts_with(['0', '1']))
        {
            Ok(Self::Pointer(text.to_owned()))
        } else {
            Err(ExtractError::Pointer {
                text: text.to_owned(),
            })
        }
    }

    /// By the texts around it.
    pub fn between(after: &str, before: &str) -> Self {
        Self::Between {
            after: after.to_owned(),
            before: before.to_owned(),
        }
    }

    /// By a header's name, in any case.
    pub fn header(name: &str) -> Result<Self, ExtractError> {
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if !name.is_empty() && name.chars().all(token) {
            Ok(Self::Header(name.to_owned()))
        } else {
            Err(ExtractError::Header {
                text: name.to_owned(),
            })
        }
    }
}

/// A text without its quotes, a number or a boolean as it is written.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
