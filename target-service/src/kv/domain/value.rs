//! What is kept under a key.

use std::fmt;

/// UTF-8 text of at most [`Value::MAX_BYTES`]; may be empty.
#[derive(Clone, PartialEq, Eq)]
pub struct Value(String);

/// Why some bytes are not a [`Value`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Longer than [`Value::MAX_BYTES`].
    #[error("value must not exceed {} bytes", Value::MAX_BYTES)]
    TooLarge,
    /// Not UTF-8.
    #[error("value must be UTF-8")]
    NotUtf8,
}

impl Value {
    /// Largest value, in bytes.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// Checks size, then encoding.
    pub fn parse(bytes: impl Into<Vec<u8>>) -> Result<Self, ValueError> {
        let bytes = bytes.into();
        if bytes.len() > Self::MAX_BYTES {
            return Err(ValueError::TooLarge);
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self(text)),
            Err(_) => Err(ValueError::NotUtf8),
        }
    }

    /// The value as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value as owned text.
    pub fn into_string(self) -> String {
        self.0
    }
}

// By hand, so that no `{:?}` can carry a value into a log.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_and_encoding_are_checked_at_their_edges() {
        assert!(Value::parse("").is_ok());
        assert!(Value::parse(vec![b'x'; 65_536]).is_ok());
        assert_eq!(Value::parse(vec![b'x'; 65_537]), Err(ValueError::TooLarge));
        assert_eq!(Value::parse(vec![0xff]), Err(ValueError::NotUtf8));
    }
}
