//! The store as something that readiness depends on.

use std::sync::Arc;

use super::domain::DomainStore;
use crate::{
    http::causes,
    profile::{Dependency, NotReady, Pending, TaskError},
};

/// Ready when the store answers.
pub(super) struct StoreDependency(pub(super) Arc<dyn DomainStore>);

impl Dependency for StoreDependency {
    fn ready(&self) -> Pending<'_, Result<(), NotReady>> {
        Box::pin(async {
            self.0.ping().await.map_err(|error| NotReady {
                reason: "store_unavailable",
                cause: causes(&error),
            })
        })
    }

    fn timeout_reason(&self) -> &'static str {
        "store_timeout"
    }

    fn close(&self) -> Pending<'_, Result<(), TaskError>> {
        Box::pin(async { Ok(self.0.close().await?) })
    }
}
