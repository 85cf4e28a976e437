//! Something that a profile cannot work without.

use std::{future::Future, pin::Pin};

/// An answer on its way.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Asked by `/readyz`, closed at the end.
pub trait Dependency: Send + Sync + 'static {
    /// A round trip that fails when a request would. Limited by the caller to 1 s.
    fn ready(&self) -> Pending<'_, Result<(), NotReady>>;

    /// The reason told when [`Dependency::ready`] takes too long; one word.
    fn timeout_reason(&self) -> &'static str;

    /// Finishes what is under way. The error is the process's last word.
    fn close(&self) -> Pending<'_, Result<(), super::TaskError>>;
}

/// Why there should be no traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotReady {
    /// One word out of a fixed set, told on the wire and in the log.
    pub reason: &'static str,
    /// The underlying error, for the log only.
    pub cause: Option<String>,
}

impl NotReady {
    /// A reason that says it all.
    pub fn because(reason: &'static str) -> Self {
        Self {
            reason,
            cause: None,
        }
    }
}
