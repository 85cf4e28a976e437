//! What a profile adds to the log line of a request.

use serde::Serialize;
use serde_json::{Map, Value};

/// Travels as a response extension, never on the wire.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct MoreFields(Map<String, Value>);

impl MoreFields {
    /// One more field. The names of the common fields are taken.
    pub fn insert(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }
}
