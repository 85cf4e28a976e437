//! The fields of an event, written as the members of a JSON object as they are visited.

use std::fmt::{self, Write as _};

use serde::Serialize;
use tracing::field::{Field, Visit};

/// The text of an event, in the words of the `tracing` crate.
pub(super) const MESSAGE: &str = "message";
/// A whole JSON object of fields whose names are known only when they are written.
pub(super) const FIELDS: &str = "fields";
/// A request as the formats that quote requests show it; no field of the others.
pub(super) const QUOTED: &str = "quoted";

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

    fn name(&mut self, name: &str) {
        if self.comma {
            self.out.push(b',');
        }
        self.comma = true;
        self.out.push(b'"');
        self.out.extend(name.as_bytes());
        self.out.extend(b"\":");
    }

    fn number(&mut self, field: &Field, value: impl Serialize) {
        if (self.wanted)(field.name()) {
            self.member(field.name(), value);
        }
    }

    fn wants_text(&self, name: &str) -> bool {
        name != QUOTED && (!self.foreign || name == MESSAGE) && (self.wanted)(shown(name))
    }

    /// The members of an object that is JSON already.
    fn splice(&mut self, object: &str) {
        let members = object.strip_prefix('{').and_then(|o| o.strip_suffix('}'));
        if let Some(members) = members.filter(|members| !members.is_empty()) {
            if self.comma {
                self.out.push(b',');
            }
            self.comma = true;
            self.out.extend(members.as_bytes());
        }
    }
}

impl Visit for JsonFields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            FIELDS if !self.foreign && (self.wanted)(FIELDS) => self.splice(value),
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
        self.number(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.number(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.number(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.number(field, value);
    }
}

/// The name on the line.
fn shown(name: &str) -> &str {
    if name == MESSAGE { "msg" } else { name }
}
