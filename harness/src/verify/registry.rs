//! All checks, in the order the truth travels.

use super::check::Check;

/// Every check of this program.
pub fn all() -> Vec<&'static dyn Check> {
    vec![]
}

/// The check with this id.
pub fn find(id: &str) -> Option<&'static dyn Check> {
    all().into_iter().find(|c| c.meta().id == id)
}
