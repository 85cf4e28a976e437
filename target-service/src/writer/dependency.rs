//! The database as something that readiness depends on.

use std::sync::Arc;

use super::{account::Account, domain::Rows};
use crate::profile::{Dependency, NotReady, Pending, TaskError};

/// Ready when the database was reached at the start and answers now.
pub(super) struct DatabaseDependency {
    pub(super) rows: Arc<dyn Rows>,
    pub(super) account: Arc<Account>,
}

impl Dependency for DatabaseDependency {
    fn ready(&self) -> Pending<'_, Result<(), NotReady>> {
        Box::pin(async {
            // The tries of the start are counted and paced; a probe must not add to them.
            if !self.account.was_ready() {
                return Err(NotReady::because("waiting_for_database"));
            }
            let answer = self.rows.ping().await;
            self.account.saw_database(answer.is_ok());
            answer.map_err(|error| NotReady {
                reason: "database_unavailable",
                cause: Some(error.to_string()),
            })
        })
    }

    fn timeout_reason(&self) -> &'static str {
        "database_timeout"
    }

    fn close(&self) -> Pending<'_, Result<(), TaskError>> {
        Box::pin(async { Ok(self.rows.close().await?) })
    }
}
