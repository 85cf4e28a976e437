//! Names that a scenario gives to its routes and phases.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a name is not usable as an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` is not a valid name: use a lower-case letter, then letters, digits, `-` or `_`, at most 63 in all"
)]
pub struct InvalidId {
    /// The name as written.
    pub name: String,
}

fn is_valid(name: &str) -> bool {
    let mut chars = name.chars();
    name.len() <= 63
        && chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes a name of the alphabet `[a-z][a-z0-9_-]{0,62}`.
            pub fn new(name: &str) -> Result<Self, InvalidId> {
                if is_valid(name) {
                    Ok(Self(name.to_owned()))
                } else {
                    Err(InvalidId { name: name.to_owned() })
                }
            }

            /// Stands where a name could not be read; no checked plan holds it.
            pub(crate) fn stand_in() -> Self {
                Self("unnamed".to_owned())
            }

            /// The name as written in the scenario.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

id! {
    /// A route of the scenario: a method, a path template and what answer is expected.
    RouteId
}
id! {
    /// A phase of the scenario: a stretch of time with a rate and possibly faults.
    PhaseId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_lower_case_and_short() {
        assert_eq!(
            RouteId::new("get-hit_2").map(|r| r.to_string()),
            Ok("get-hit_2".to_owned())
        );
        for bad in ["", "Get", "1get", "a b", "é", &"x".repeat(64)] {
            assert!(RouteId::new(bad).is_err(), "{bad}");
        }
    }
}
