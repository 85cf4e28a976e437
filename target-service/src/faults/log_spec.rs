//! Lies of the log as written by the caller.

use serde::{Deserialize, Serialize};

use super::{CourseSpec, StatusFilter};
use crate::telemetry::Level;

/// One lie about some of the request lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogFaultSpec {
    /// What becomes of a line.
    pub lie: LogLie,
    /// Share of the matching lines, in `0..=1`.
    pub ratio: f64,
    /// Route template; any route when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// One method in capitals; any method when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only lines with this status; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusFilter>,
    /// When it is in force; the ratio is multiplied by its strength.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseSpec>,
}

/// What becomes of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LogLie {
    /// It is not written.
    Dropped,
    /// It is written twice.
    Duplicated,
    /// It is written late, with the time at which it was due. Lost when the process ends first.
    Delayed {
        /// How late, in milliseconds, `1..=60000`.
        ms: u64,
    },
    /// Something stands before it, so that it is no JSON any more.
    Prefixed {
        /// What: 1 to 200 printable characters.
        #[serde(default = "date")]
        prefix: String,
    },
    /// It claims another level.
    WrongLevel {
        /// Which one.
        #[serde(default = "info")]
        level: Level,
    },
    /// It lacks a field.
    FieldMissing {
        /// Which one.
        #[serde(default = "status")]
        field: String,
    },
}

impl LogLie {
    /// The label of `target_fault_active`.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Dropped => "log_dropped",
            Self::Duplicated => "log_duplicated",
            Self::Delayed { .. } => "log_delayed",
            Self::Prefixed { .. } => "log_prefixed",
            Self::WrongLevel { .. } => "log_wrong_level",
            Self::FieldMissing { .. } => "log_field_missing",
        }
    }
}

fn date() -> String {
    "2026-01-12 12:00:00 ".to_owned()
}

fn info() -> Level {
    Level::Info
}

fn status() -> String {
    "status".to_owned()
}
