//! How a command ends when it does not end with a verdict.

use std::fmt;

use crate::gate::exit;

/// An error told to the user, with the exit code it stands for.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    error: anyhow::Error,
}

impl Failure {
    /// Something the user can mend: bad input, a missing tool, an unreachable server, no room on the disk.
    pub fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self {
            code: exit::USAGE,
            error: error.into(),
        }
    }

    /// A bug, or a failure of the machine.
    pub fn internal(error: anyhow::Error) -> Self {
        Self {
            code: exit::INTERNAL,
            error,
        }
    }

    /// The user stopped it before there was anything to report.
    pub fn interrupted() -> Self {
        Self {
            code: exit::INTERRUPTED,
            error: anyhow::anyhow!("interrupted before any load was recorded: nothing to report"),
        }
    }

    /// The user stopped it when load had been sent, and did not want to wait for the report.
    pub fn abandoned(run: &std::path::Path) -> Self {
        Self {
            code: exit::INTERRUPTED,
            error: anyhow::anyhow!(
                "stopped at once: {} holds the ledger, and there is no report",
                run.display()
            ),
        }
    }

    /// The error itself, if it is of this type.
    pub(super) fn cause<E>(&self) -> Option<&E>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        self.error.downcast_ref()
    }

    /// The same when load has been sent already: exit code 2 says that none was.
    #[must_use]
    pub fn after_load(self) -> Self {
        Self {
            code: exit::INTERNAL,
            ..self
        }
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        self.code
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::internal(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.error)
    }
}
