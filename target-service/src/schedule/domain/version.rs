//! The two versions of the interface.

use std::str::FromStr;

/// They answer the same question with different defaults and different manners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// Refuses what it does not understand.
    V1,
    /// Puts the default in place of what it does not understand.
    V2,
}

/// No version has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown version `{0}`; known: v1, v2")]
pub struct UnknownVersion(String);

impl Version {
    /// Both, in order.
    pub const ALL: [Self; 2] = [Self::V1, Self::V2];

    /// As in settings and paths.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }

    /// Who is asked about when nobody is named.
    pub const fn default_professional(self) -> i64 {
        match self {
            Self::V1 => 2684,
            Self::V2 => 4102,
        }
    }

    /// Where, when no place is named.
    pub const fn default_unit(self) -> i64 {
        match self {
            Self::V1 => 901,
            Self::V2 => 108,
        }
    }

    /// Share of the slots that can still be had.
    pub const fn availability(self) -> f64 {
        match self {
            Self::V1 => 0.75,
            Self::V2 => 0.8,
        }
    }
}

impl FromStr for Version {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        let mut all = Self::ALL.into_iter();
        all.find(|version| version.as_str() == text)
            .ok_or_else(|| UnknownVersion(text.to_owned()))
    }
}
