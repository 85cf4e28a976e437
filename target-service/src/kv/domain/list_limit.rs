//! How many keys one listing may return.

/// A number of keys in `1..=1000`; 100 unless asked otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListLimit(u16);

/// The number asked for is outside `1..=1000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("limit must be from 1 to {}", ListLimit::MAX)]
pub struct ListLimitError;

impl ListLimit {
    /// Largest listing, in keys.
    pub const MAX: u16 = 1000;

    /// Checks the range.
    pub fn new(keys: u16) -> Result<Self, ListLimitError> {
        if (1..=Self::MAX).contains(&keys) {
            Ok(Self(keys))
        } else {
            Err(ListLimitError)
        }
    }

    /// The number of keys.
    pub fn get(self) -> u16 {
        self.0
    }
}

impl Default for ListLimit {
    fn default() -> Self {
        Self(100)
    }
}
