//! One status or a class of them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// `"503"`, `503` or `"5xx"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusFilter {
    /// This code only.
    Code(u16),
    /// All codes with this first digit.
    Class(u16),
}

impl StatusFilter {
    /// Whether `status` is meant.
    pub fn matches(self, status: u16) -> bool {
        match self {
            Self::Code(code) => status == code,
            Self::Class(digit) => status / 100 == digit,
        }
    }

    fn from_code(code: u64) -> Option<Self> {
        let code = u16::try_from(code).ok()?;
        (100..=599).contains(&code).then_some(Self::Code(code))
    }

    fn parse(text: &str) -> Option<Self> {
        match text.strip_suffix("xx") {
            Some(digit) => {
                let digit = digit.parse().ok()?;
                (1..=5).contains(&digit).then_some(Self::Class(digit))
            }
            None => Self::from_code(text.parse().ok()?),
        }
    }
}

impl fmt::Display for StatusFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Class(digit) => write!(f, "{digit}xx"),
        }
    }
}

impl Serialize for StatusFilter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StatusFilter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;

        impl de::Visitor<'_> for Written {
            type Value = StatusFilter;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a status such as \"503\" or a class such as \"5xx\"")
            }

            fn visit_u64<E: de::Error>(self, code: u64) -> Result<StatusFilter, E> {
                StatusFilter::from_code(code)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(code), &self))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<StatusFilter, E> {
                StatusFilter::parse(text)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_any(Written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_classes_are_read_and_matched() {
        assert!(StatusFilter::parse("5xx").is_some_and(|filter| filter.matches(503)));
        assert!(!StatusFilter::parse("5xx").is_some_and(|filter| filter.matches(404)));
        assert_eq!(StatusFilter::parse("503"), Some(StatusFilter::Code(503)));
        for text in ["", "xx", "6xx", "-1xx", "99", "600", "5XX"] {
            assert_eq!(StatusFilter::parse(text), None, "{text:?}");
        }
    }
}
