//! The two formats for people: a message, and requests as servers quote them.

use std::fmt::{self, Write as _};

use axum::http::StatusCode;
use tracing::field::{Field, Visit};

use super::{Level, log_fields::MESSAGE, log_stamp::Stamp};

/// What these formats show of an event.
#[derive(Debug, Default)]
pub(super) struct Message(pub(super) String);

impl Visit for Message {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == MESSAGE {
            value.clone_into(&mut self.0);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == MESSAGE {
            let _ = write!(self.0, "{value:?}");
        }
    }
}

/// `<time> - <logger> - <LEVEL> - <message>`, and the status of a request.
pub(super) fn dated(
    out: &mut Vec<u8>,
    stamp: Stamp,
    logger: &str,
    level: Level,
    what: &str,
    status: Option<u16>,
) {
    stamp.python(out);
    for part in [" - ", logger, " - ", python(level), " - "] {
        out.extend(part.as_bytes());
    }
    line(out, what);
    if let Some(status) = status {
        out.extend(format!(" {status}").as_bytes());
    }
}

/// `INFO:     <message>`, the level padded to ten characters, and the status of a request.
pub(super) fn access(out: &mut Vec<u8>, level: Level, what: &str, status: Option<u16>) {
    out.extend(format!("{:<10}", format!("{}:", python(level))).as_bytes());
    line(out, what);
    if let Some(status) = status {
        out.extend(format!(" {status}").as_bytes());
        let status = StatusCode::from_u16(status).ok();
        if let Some(reason) = status.and_then(|status| status.canonical_reason()) {
            out.push(b' ');
            out.extend(reason.as_bytes());
        }
    }
}

/// A message with a line feed would be two lines.
fn line(out: &mut Vec<u8>, text: &str) {
    out.extend(
        text.bytes()
            .map(|b| if b.is_ascii_control() { b' ' } else { b }),
    );
}

/// As Python names it.
fn python(level: Level) -> &'static str {
    match level {
        Level::Debug => "DEBUG",
        Level::Info => "INFO",
        Level::Warn => "WARNING",
        Level::Error => "ERROR",
    }
}
