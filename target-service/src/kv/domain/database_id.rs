//! Which of many databases an entry is in.

use std::fmt;

/// A number in `0..=2_147_483_647`: what an `INTEGER` column holds everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct DatabaseId(i32);

/// The number is negative or too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("database must be from 0 to {}", i32::MAX)]
pub struct DatabaseIdError;

impl DatabaseId {
    /// The one that is used when none is named.
    pub const ZERO: Self = Self(0);

    /// Checks the range.
    pub fn new(number: i64) -> Result<Self, DatabaseIdError> {
        match i32::try_from(number) {
            Ok(number) if number >= 0 => Ok(Self(number)),
            _ => Err(DatabaseIdError),
        }
    }

    /// The number, never negative.
    pub fn get(self) -> i32 {
        self.0
    }
}

impl fmt::Display for DatabaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_is_checked_at_its_edges() {
        assert_eq!(DatabaseId::new(0), Ok(DatabaseId::ZERO));
        assert_eq!(
            DatabaseId::new(2_147_483_647).map(DatabaseId::get),
            Ok(i32::MAX)
        );
        assert_eq!(DatabaseId::new(-1), Err(DatabaseIdError));
        assert_eq!(DatabaseId::new(2_147_483_648), Err(DatabaseIdError));
    }
}
