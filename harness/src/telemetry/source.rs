//! The port: one server that answers questions.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::model::{Answer, Question, Timeline};

/// What a source says to one question; `collect` adds number and time and makes it evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// Base URL of the server, without credentials.
    pub source: String,
    /// The request as it was sent, with the moments filled in; a URL where the server speaks HTTP.
    pub asked: String,
    /// The answer.
    pub answer: Answer,
    /// The server's body, where it was JSON.
    pub raw: Option<serde_json::Value>,
}

/// An answer on its way.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Reply> + Send + 'a>>;

/// A server that answers questions. It never fails: what goes wrong is an `Answer::Unavailable` that says so.
///
/// A question of another server's kind is `Unavailable` too, so that a wrong wiring is seen in the report.
pub trait Source: fmt::Debug + Send + Sync {
    /// Base URL of the server, without credentials.
    fn base_url(&self) -> &str;

    /// Asks. The moments that the question names are taken from the timeline.
    fn ask<'a>(&'a self, question: &'a Question, timeline: &'a Timeline) -> Asking<'a>;
}
