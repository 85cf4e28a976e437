//! From a body to an answer.

use serde_json::Value;

use super::envelope::{data, unknown};
use super::{result, rules};
use crate::model::{Answer, Reading, Rule};
use crate::telemetry::failure::ServerError;
use crate::telemetry::server::Server;
use crate::telemetry::source::Reply;
use crate::telemetry::spelling::collapse_whitespace;

/// What a body must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A query result.
    Series,
    /// Rule groups.
    Rules,
    /// A formatted expression.
    Expression,
}

/// One request of the HTTP API.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    /// Below the base URL, without a leading slash.
    pub(crate) path: &'static str,
    /// Query parameters, not yet encoded.
    pub(crate) params: Vec<(&'static str, String)>,
    /// What the body must hold.
    pub(crate) shape: Shape,
}

/// Reads a body; no series and no groups are `Empty`.
fn read(shape: Shape, asked: &str, body: &Value) -> Result<Answer, ServerError> {
    let data = data(asked, body)?;
    let reading = match shape {
        Shape::Series => match result::series(data).map_err(|e| unknown(asked, e))? {
            none if none.is_empty() => return Ok(Answer::Empty),
            series => Reading::Series(series),
        },
        Shape::Rules => match rules::groups(data).map_err(|e| unknown(asked, e))? {
            none if none.is_empty() => return Ok(Answer::Empty),
            groups => Reading::Rules(groups),
        },
        Shape::Expression => Reading::Text(formatted(asked, body)?),
    };
    Ok(Answer::Value(reading))
}

/// The formatter's text, without its layout.
pub(crate) fn formatted(asked: &str, body: &Value) -> Result<String, ServerError> {
    match data(asked, body)?.as_str() {
        Some(text) => Ok(collapse_whitespace(text)),
        None => Err(unknown(asked, "a formatted query that is not a text")),
    }
}

/// The reply of a server to a request that was sent.
pub(crate) fn reply(
    server: &Server,
    asked: String,
    shape: Shape,
    body: Result<Value, ServerError>,
) -> Reply {
    let (answer, raw) = match body {
        Ok(body) => (read(shape, &asked, &body), Some(body)),
        Err(e) => (Err(e), None),
    };
    Reply {
        source: server.shown().to_owned(),
        answer: answer.unwrap_or_else(|e| no_answer(&e)),
        asked,
        raw,
    }
}

/// What stands in an answer's place: a question that the server understood and refused, or no answer at all.
fn no_answer(error: &ServerError) -> Answer {
    let words = error.in_words();
    if error.is_refusal() {
        Answer::Rejected { error: words }
    } else {
        Answer::Unavailable { error: words }
    }
}

/// The rules of an answer, if it holds any: each source spells their expressions like its formatter.
pub(crate) fn rules_of(answer: &mut Answer) -> impl Iterator<Item = &mut Rule> {
    let groups = match answer {
        Answer::Value(Reading::Rules(groups)) => groups.as_mut_slice(),
        _ => &mut [],
    };
    groups.iter_mut().flat_map(|group| &mut group.rules)
}

/// The reply to a question of another server's kind; nothing was sent.
pub(crate) fn not_mine(server: &Server, who: &str) -> Reply {
    Reply {
        source: server.shown().to_owned(),
        asked: "nothing".into(),
        answer: Answer::Unavailable {
            error: format!("{who} is not asked questions of this kind"),
        },
        raw: None,
    }
}
