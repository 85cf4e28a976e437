//! The fields of an event, written as the members of a JSON object as they are visited.

use std::fmt::{self, Write as _};

use serde::Serialize;
use tracing::field::{Field, Visit};

/// The text of an event, in the words of the `tracing` crate.
pub(super) const MESSAGE: &str = "message";
/// A whole JSON object of fields whose names are known only when they are written.
pub(super) const FIELDS: &str = "fields";

/// Writes `"name":value` of every field that is wanted, with a comma before each but the first.
pub(super) struct JsonFields<'a> {
    pub(super) out: &'a mut Vec<u8>,
    /// Whether a member stands before the next one.
    pub(super) comma: bool,
    /// Which fields, by name.
    pub(super) wanted: &'a dyn Fn(&str) -> bool,
    /// Fields of a library: texts may hold statements or settings, so only the message is shown.
    pub(super) foreign: bool,
}

impl JsonFields<'_> {
    /// A member of any type.
    pub(super) fn member(&mut self, name: &str, value: impl Serialize) {
        self.name(name);
        // Writing to memory does not fail, and neither do the types that are written here.
        let _ = serde_json::to_writer(&mut *self.out, &value);
    }

    /// A member that may be unwanted.
    pub(super) fn field(&mut self, name: &str, value: impl Serialize) {
        if (self.wanted)(name) {
            self.member(name, value);
        }
    }

    /// The same for a text without a character that JSON escapes, which need not be looked at.
    pub(super) fn plain(&mut self, name: &str, text: &[u8]) {
        if (self.wanted)(name) {
            self.name(name);
            self.out.push(b'"');
            self.out.extend(text);
            self.out.push(b'"');
        }
    }

    /// The members of an object that is JSON already.
    pub(super) fn object(&mut self, name: &str, object: &str) {
        let members = object.strip_prefix('{').and_then(|o| o.strip_suffix('}'));
        let members = members.filter(|members| !members.is_empty());
        if let Some(members) = members.filter(|_| (self.wanted)(name)) {
            if self.comma {
                self.out.push(b',');
            }
            self.comma = true;
            self.out.extend(members.as_bytes());
        }
    }

    fn name(&mut self, name: &str) {
        if self.comma {
            self.out.push(b',');
        }
        self.comma = true;
        self.out.push(b'"');
        self.out.extend(name.as_bytes());
        self.out.extend(b"\":");
    }

    fn wants_text(&self, name: &str) -> bool {
        (!self.foreign || name == MESSAGE) && (self.wanted)(shown(name))
    }
}

impl Visit for JsonFields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            FIELDS if !self.foreign => self.object(FIELDS, value),
            name if self.wants_text(name) => self.member(shown(name), value),
            _ => {}
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if self.wants_text(field.name()) {
            let mut text = String::new();
            let _ = write!(text, "{value:?}");
            self.member(shown(field.name()), text);
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.field(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.field(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.field(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.field(field.name(), value);
    }
}

/// The name on the line.
fn shown(name: &str) -> &str {
    if name == MESSAGE { "msg" } else { name }
}
