//! The name of an entry.

use std::fmt;

/// A key, ordered by byte value. Two ways to make one, as two interfaces promise different things.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

/// Why a text is not a [`Key`]. Never holds the text: it ends up in answers and logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Empty, or longer than [`Key::MAX_LEN`].
    #[error("key must have 1 to {} characters", Key::MAX_LEN)]
    Length,
    /// Longer than [`Key::MAX_BYTES`].
    #[error("key must not exceed {} bytes", Key::MAX_BYTES)]
    TooLarge,
    /// A character outside the alphabet.
    #[error("key may only have the characters A-Z a-z 0-9 . _ -")]
    Alphabet,
}

impl Key {
    /// Longest key in a path, in characters (and bytes: the alphabet is ASCII).
    pub const MAX_LEN: usize = 128;
    /// Largest key of all, in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// For paths: 1 to 128 characters of `A-Z a-z 0-9 . _ -`.
    pub fn parse(text: impl Into<String>) -> Result<Self, KeyError> {
        let text = text.into();
        if text.is_empty() || text.len() > Self::MAX_LEN {
            return Err(KeyError::Length);
        }
        let known = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        if !text.bytes().all(known) {
            return Err(KeyError::Alphabet);
        }
        Ok(Self(text))
    }

    /// For bodies: any text of at most [`Key::MAX_BYTES`], also an empty one.
    pub fn any(text: impl Into<String>) -> Result<Self, KeyError> {
        let text = text.into();
        if text.len() > Self::MAX_BYTES {
            return Err(KeyError::TooLarge);
        }
        Ok(Self(text))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key as owned text.
    pub fn into_string(self) -> String {
        self.0
    }
}

// By hand, so that no `{:?}` can carry a key into a log.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_alphabet_are_checked_at_their_edges() {
        assert!(Key::parse("a".repeat(128)).is_ok());
        assert_eq!(Key::parse("a".repeat(129)), Err(KeyError::Length));
        assert_eq!(Key::parse(""), Err(KeyError::Length));
        assert!(Key::parse("A.z_0-9").is_ok());
        for text in ["a/b", "a b", "ä", "a\0"] {
            assert_eq!(Key::parse(text), Err(KeyError::Alphabet), "{text:?}");
        }
    }

    #[test]
    fn any_text_of_a_kibibyte_is_a_key_outside_of_paths() {
        assert!(Key::any("").is_ok());
        assert!(Key::any("ä/ \0".repeat(204)).is_ok());
        assert_eq!(Key::any("x".repeat(1025)), Err(KeyError::TooLarge));
    }

    #[test]
    fn debug_output_hides_the_key() {
        assert_eq!(
            format!("{:?}", Key::parse("secret").expect("valid")),
            "Key(..)"
        );
    }
}
