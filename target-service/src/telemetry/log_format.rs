//! The shapes that a log line can have.

use std::{fmt, str::FromStr};

/// How lines are written. The last three are formats found in the field, to try log rules on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// One JSON object, nothing before it.
    #[default]
    Json,
    /// `2026-11-21 00:06:24,067 - kv - INFO - listening`, as Python's logging writes.
    Dated,
    /// `INFO:     127.0.0.1:60704 - "GET / HTTP/1.1" 200 OK`, as uvicorn writes.
    Access,
    /// `2026/01/12 12:00:00 {"service":"kv",..}`: a date in front of an object, which no JSON parser takes.
    DatedJson,
}

impl LogFormat {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Json, Self::Dated, Self::Access, Self::DatedJson];

    /// As in `--log-format`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Dated => "dated",
            Self::Access => "access",
            Self::DatedJson => "dated-json",
        }
    }

    /// Whether a request is told as `"GET / HTTP/1.1" 200` instead of in fields.
    pub(super) const fn quotes_requests(self) -> bool {
        matches!(self, Self::Dated | Self::Access)
    }
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No format has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown format `{0}`; known: json, dated, access, dated-json")]
pub struct UnknownFormat(String);

impl FromStr for LogFormat {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let mut all = Self::ALL.into_iter();
        all.find(|format| format.as_str() == text)
            .ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}
