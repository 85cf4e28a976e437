//! The name of a mail domain.

use std::fmt;

/// A host name by the rules of RFC 1123, in lower case: at least two labels, each of 1 to 63 letters,
/// digits and inner hyphens, 253 characters in all, and a last label that is no number, so that an IPv4
/// address is none. Internationalised names come in their ASCII form (`xn--..`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainName(Box<str>);

/// A text is no [`DomainName`]. Never holds the text: it ends up in answers and logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid domain")]
pub struct InvalidDomain;

impl DomainName {
    /// Longest name, in characters (and bytes: the alphabet is ASCII).
    pub const MAX_LEN: usize = 253;

    /// Longest part between two dots.
    pub const MAX_LABEL: usize = 63;

    /// Checks `text`; letters of either case name the same domain.
    pub fn parse(text: &str) -> Result<Self, InvalidDomain> {
        let labels = text.split('.');
        let last = text.rsplit('.').next().unwrap_or_default();
        let valid = text.len() <= Self::MAX_LEN
            && text.contains('.')
            && labels.into_iter().all(is_label)
            && !last.bytes().all(|byte| byte.is_ascii_digit());
        if valid {
            Ok(Self(text.to_ascii_lowercase().into()))
        } else {
            Err(InvalidDomain)
        }
    }

    /// The name in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_label(label: &str) -> bool {
    (1..=DomainName::MAX_LABEL).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

// By hand, so that no `{:?}` can carry a name into a log.
impl fmt::Debug for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DomainName(..)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn host_names_are_valid_and_kept_in_lower_case() {
        for (text, name) in [
            ("example.com", "example.com"),
            ("Example.COM", "example.com"),
            ("mail.0-1.example.io", "mail.0-1.example.io"),
            ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
            ("1.2.3.4a", "1.2.3.4a"),
        ] {
            let parsed = DomainName::parse(text);
            assert_eq!(parsed.as_ref().map(DomainName::as_str), Ok(name));
        }
    }

    #[test]
    fn anything_else_is_no_domain() {
        for text in [
            "",
            ".",
            "localhost",
            "example.com.",
            ".example.com",
            "a..b",
            "-a.com",
            "a-.com",
            "a_b.com",
            "a b.com",
            "a/b.com",
            "münchen.de",
            "user@example.com",
            "192.0.2.1",
            "a.com\0",
        ] {
            assert_eq!(DomainName::parse(text), Err(InvalidDomain), "{text:?}");
        }
    }

    #[test]
    fn lengths_are_checked_at_their_edges() {
        let label = "a".repeat(DomainName::MAX_LABEL);
        assert!(DomainName::parse(&format!("{label}.com")).is_ok());
        assert!(DomainName::parse(&format!("{label}a.com")).is_err());
        let longest = format!("{label}.{label}.{label}.{}", &label[..61]);
        assert_eq!(longest.len(), DomainName::MAX_LEN);
        assert!(DomainName::parse(&longest).is_ok());
        assert!(DomainName::parse(&format!("{longest}a")).is_err());
    }

    proptest! {
        #[test]
        fn a_valid_name_is_its_own_normal_form(text in "[a-zA-Z0-9.-]{1,30}") {
            if let Ok(name) = DomainName::parse(&text) {
                prop_assert_eq!(name.as_str(), text.to_ascii_lowercase());
                prop_assert_eq!(DomainName::parse(name.as_str()), Ok(name));
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>()) {
            let _ = DomainName::parse(&text);
        }
    }
}
