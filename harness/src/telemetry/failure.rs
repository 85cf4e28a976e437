//! What can go wrong between the harness and a server.

use std::error::Error;

use super::spelling::one_line;

/// Longest excerpt of a server's own words in a message, in characters.
const EXCERPT: usize = 400;

/// A source error of any client library.
pub type Cause = Box<dyn Error + Send + Sync>;

/// One request that brought no usable answer; each variant names the URL as sent, without credentials.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The base URL cannot be used.
    #[error("`{url}` is not the base URL of a server, write it as http://host:port")]
    BadUrl {
        /// As given.
        url: String,
        /// Why, where the parser said so.
        #[source]
        source: Option<Cause>,
    },
    /// The HTTP client could not be set up.
    #[error("no HTTP client could be made for {url}")]
    NoClient {
        /// For whom.
        url: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// No connection, or it broke.
    #[error("no answer from {url}, check that the server runs and listens there")]
    Unreachable {
        /// The request.
        url: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// The server took too long.
    #[error(
        "{url} did not answer within {limit_ms} ms, check the server's load and the query's cost"
    )]
    TimedOut {
        /// The request.
        url: String,
        /// The limit.
        limit_ms: u64,
        /// The client's words.
        #[source]
        source: Cause,
    },
    /// The server answered that it would not or could not.
    #[error("{url} answered HTTP {status}: {text}")]
    Refused {
        /// The request.
        url: String,
        /// HTTP status; 200 with `status: error` in the body occurs.
        status: u16,
        /// The server's own words, shortened.
        text: String,
    },
    /// The body is not JSON.
    #[error(
        "{url} answered something that is not JSON, check that the URL is the server's: `{text}`"
    )]
    NotJson {
        /// The request.
        url: String,
        /// How the body begins.
        text: String,
        /// The parser's words.
        #[source]
        source: Cause,
    },
    /// JSON, but not in the form that this API documents.
    #[error("{url} answered in an unknown form: {what}")]
    UnknownForm {
        /// The request.
        url: String,
        /// What was not as expected.
        what: String,
    },
}

impl ServerError {
    /// A second attempt may succeed: no connection, time-out, overload, server fault.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } => true,
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            Self::BadUrl { .. }
            | Self::NoClient { .. }
            | Self::NotJson { .. }
            | Self::UnknownForm { .. } => false,
        }
    }

    /// The server understood the question and refused it: 400 bad request, 422 unprocessable. Asking again, or on
    /// another day, will not help.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                status: 400 | 422,
                ..
            }
        )
    }

    /// The message with its deepest cause, on one line.
    pub fn in_words(&self) -> String {
        let mut deepest = None;
        let mut next = self.source();
        while let Some(cause) = next {
            deepest = Some(cause);
            next = cause.source();
        }
        match deepest {
            None => self.to_string(),
            Some(cause) => format!("{self} ({})", excerpt(&cause.to_string())),
        }
    }
}

/// The beginning of a text, on one line.
pub(crate) fn excerpt(text: &str) -> String {
    let line = one_line(text);
    match line.char_indices().nth(EXCERPT) {
        None => line,
        Some((end, _)) => format!("{} …", &line[..end]),
    }
}
