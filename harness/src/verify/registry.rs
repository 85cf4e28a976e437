//! All checks, in the order the truth travels.

use super::check::Check;
use super::{budget, generator, latency, logs, requests};

/// Every check of this program.
pub fn all() -> Vec<&'static dyn Check> {
    vec![
        &generator::Conservation,
        &generator::KeptUp,
        &requests::Count,
        &latency::Quantile,
        &logs::Count,
        &budget::Remaining,
        &budget::Objective,
    ]
}

/// The check with this id.
pub fn find(id: &str) -> Option<&'static dyn Check> {
    all().into_iter().find(|c| c.meta().id == id)
}

#[cfg(test)]
mod tests;
