//! All checks, in the order the truth travels.

use super::alerts::{Fired, Quiet, Resolved};
use super::check::Check;
use super::dashboards::Panels;
use super::notifications::Delivered;
use super::rules::Loaded;

/// Every check of this program.
pub fn all() -> Vec<&'static dyn Check> {
    vec![&Loaded, &Fired, &Resolved, &Quiet, &Delivered, &Panels]
}

/// The check with this id.
pub fn find(id: &str) -> Option<&'static dyn Check> {
    all().into_iter().find(|c| c.meta().id == id)
}
