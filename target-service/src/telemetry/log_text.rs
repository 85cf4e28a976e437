//! The two formats for people: a message, and requests as servers quote them.

use std::fmt::{self, Write as _};

use axum::http::StatusCode;
use tracing::field::{Field, Visit};

use super::{
    Level,
    log_fields::{MESSAGE, QUOTED},
    log_stamp::Stamp,
};

/// What these formats show of an event.
#[derive(Debug, Default)]
pub(super) struct RequestText {
    message: String,
    /// `127.0.0.1:60704 - "GET / HTTP/1.1"`
    quoted: String,
    status: Option<u16>,
}

impl RequestText {
    /// Takes the status away when told so.
    pub(super) fn without_status(mut self, without: bool) -> Self {
        self.status = self.status.filter(|_| !without);
        self
    }
}

impl Visit for RequestText {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            MESSAGE => value.clone_into(&mut self.message),
            QUOTED => value.clone_into(&mut self.quoted),
            _ => {}
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "status" {
            self.status = u16::try_from(value).ok();
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == MESSAGE {
            let _ = write!(self.message, "{value:?}");
        }
    }
}

/// `<time> - <logger> - <LEVEL> - <message>`. A request has the logger of the server that the format
/// comes from.
pub(super) fn dated(
    out: &mut Vec<u8>,
    stamp: Stamp,
    logger: &str,
    level: Level,
    request: bool,
    text: &RequestText,
) {
    stamp.python(out);
    let (logger, what) = if request {
        ("uvicorn.access", &text.quoted)
    } else {
        (logger, &text.message)
    };
    for part in [" - ", logger, " - ", python(level), " - "] {
        out.extend(part.as_bytes());
    }
    line(out, what);
    if let Some(status) = text.status {
        out.extend(format!(" {status}").as_bytes());
    }
}

/// `INFO:     <message>`, the level padded to ten characters.
pub(super) fn access(out: &mut Vec<u8>, level: Level, request: bool, text: &RequestText) {
    let what = if request { &text.quoted } else { &text.message };
    out.extend(format!("{:<10}", format!("{}:", python(level))).as_bytes());
    line(out, what);
    if let Some(status) = text.status {
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
