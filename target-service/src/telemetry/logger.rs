//! Log lines: one JSON object each, nothing before it.

use jiff::Timestamp;
use serde::Serialize;

use super::LogSink;

/// What every line says about its origin.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Identity {
    /// Name of the service.
    pub service: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// Profile that it runs.
    pub profile: &'static str,
}

/// How much a line matters. Ordered: `Debug` is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
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

/// Writes the lines of one process; clones share its sink.
#[derive(Debug, Clone)]
pub struct Logger {
    identity: Identity,
    least: Level,
    sink: LogSink,
}

#[derive(Serialize)]
struct Line<'a, F> {
    ts: String,
    level: Level,
    #[serde(flatten)]
    identity: Identity,
    msg: &'a str,
    #[serde(flatten)]
    fields: F,
}

impl Logger {
    /// Lines below `least` are not written.
    pub fn new(identity: Identity, least: Level, sink: LogSink) -> Self {
        Self {
            identity,
            least,
            sink,
        }
    }

    /// Queues one line. `fields` must serialise as a map.
    pub fn log(&self, level: Level, msg: &str, fields: impl Serialize) {
        if level < self.least {
            return;
        }
        let line = Line {
            ts: format!("{:.3}", Timestamp::now()),
            level,
            identity: self.identity,
            msg,
            fields,
        };
        // Only fields that are no map fail, and those are a mistake in this crate.
        match serde_json::to_vec(&line) {
            Ok(mut bytes) => {
                bytes.push(b'\n');
                self.sink.send(bytes);
            }
            Err(error) => debug_assert!(false, "log line: {error}"),
        }
    }

    /// Waits until all lines so far are written; see [`LogSink::flush`].
    pub fn flush(&self) {
        self.sink.flush();
    }
}
