//! `{"status": "success", "data": …}`.

use serde_json::Value;

use crate::telemetry::failure::{ServerError, excerpt};

/// The `data` of a body whose status is `success`; Loki's status can be a phrase such as `invalid-query`.
pub(crate) fn data<'a>(asked: &str, body: &'a Value) -> Result<&'a Value, ServerError> {
    let status = body.get("status").and_then(Value::as_str);
    match (status, body.get("data")) {
        (Some("success"), Some(data)) => Ok(data),
        (Some("success"), None) => Err(unknown(asked, "no `data`")),
        (None, _) => Err(unknown(asked, "no `status`")),
        (Some(status), _) => Err(ServerError::Refused {
            url: asked.to_owned(),
            status: 200,
            text: excerpt(body.get("error").and_then(Value::as_str).unwrap_or(status)),
        }),
    }
}

/// A form that the API does not document.
pub(crate) fn unknown(asked: &str, what: impl Into<String>) -> ServerError {
    ServerError::UnknownForm {
        url: asked.to_owned(),
        what: what.into(),
    }
}
