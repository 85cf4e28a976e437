//! What a store keeps of an entry.

use std::fmt;

/// Key and value, encrypted, in text form. Only [`crate::kv::Seal`] reads and writes it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(String);

impl Sealed {
    /// Takes the text as it is; whether it opens is found out by opening it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}
