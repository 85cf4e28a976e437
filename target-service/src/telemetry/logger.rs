//! The way of a service to its log.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tracing::{Dispatch, dispatcher};

use super::{LogFormat, LogSink, log_lines::Lines, request_line::RequestLine};
use crate::faults::Faults;

/// Target of everything that the service has to say beside the lines of requests.
pub(super) const EVENT: &str = "target_service::event";

/// What every line says about its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Name of the service.
    pub service: String,
    /// Where it runs: `local`, `staging`.
    pub environment: String,
    /// Version of the program.
    pub version: &'static str,
    /// Profile that it runs.
    pub profile: String,
}

/// How much a line matters. Ordered: `Debug` is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Probes.
    Debug,
    /// Requests and events.
    Info,
    /// The service is not what it should be.
    Warn,
    /// Answers of 500 and above.
    Error,
}

/// Which lines are written, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogStyle {
    /// Their shape.
    pub format: LogFormat,
    /// Lines below are not written.
    pub least: Level,
    /// Whether formats that quote requests show the query. `false` where a query may hold keys.
    pub queries: bool,
}

/// Writes the lines of one service; clones share its sink.
#[derive(Debug, Clone)]
pub struct Logger {
    lines: Arc<Lines>,
    events: Dispatch,
    style: LogStyle,
    sink: LogSink,
}

/// An event on a level that is known only when it is written.
macro_rules! event {
    ($level:expr, $target:expr, { $($fields:tt)* }) => {
        match $level {
            Level::Debug => tracing::event!(target: $target, tracing::Level::DEBUG, $($fields)*),
            Level::Info => tracing::event!(target: $target, tracing::Level::INFO, $($fields)*),
            Level::Warn => tracing::event!(target: $target, tracing::Level::WARN, $($fields)*),
            Level::Error => tracing::event!(target: $target, tracing::Level::ERROR, $($fields)*),
        }
    };
}

impl Logger {
    /// A logger whose request lines lie when `faults` say so.
    pub fn new(identity: Identity, style: LogStyle, sink: LogSink, faults: Faults) -> Self {
        let lines = Lines::new(identity, style.format, style.least, sink.clone(), faults);
        let lines = Arc::new(lines);
        Self {
            events: Dispatch::new(Arc::clone(&lines)),
            lines,
            style,
            sink,
        }
    }

    /// Queues one line. `fields` must serialise as a map.
    pub fn log(&self, level: Level, msg: &str, fields: impl Serialize) {
        if level < self.style.least {
            return;
        }
        // Only fields that are no map fail, and those are a mistake in this crate.
        match serde_json::to_string(&fields) {
            Ok(fields) => dispatcher::with_default(&self.events, || {
                event!(level, EVENT, { message = msg, fields = fields.as_str() });
            }),
            Err(error) => debug_assert!(false, "log line: {error}"),
        }
    }

    /// Queues the line of one request.
    pub(super) fn request(&self, level: Level, line: &RequestLine<'_>) {
        if level < self.style.least {
            return;
        }
        self.lines.request(level, line);
    }

    /// Which lines are written, and how.
    pub fn style(&self) -> LogStyle {
        self.style
    }

    /// Takes the warnings of all libraries in this process, too. Only the first logger can.
    pub fn adopt_libraries(&self) {
        let _ = dispatcher::set_global_default(self.events.clone());
    }

    /// Takes what libraries say while `work` runs on this thread.
    pub fn scope<T>(&self, work: impl FnOnce() -> T) -> T {
        dispatcher::with_default(&self.events, work)
    }

    /// Waits until all lines so far are written; see [`LogSink::flush`].
    pub fn flush(&self) {
        self.sink.flush();
    }
}
