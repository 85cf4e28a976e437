//! Answers of the sidecar's own, in the place of an upstream's.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode},
    response::Response,
};
use serde_json::json;

use super::{hop::NotForwarded, metrics::Outcome};
use crate::{profile::TaskError, telemetry::Failure};

/// What was done to the request, as a word out of a fixed set.
pub(super) const FAULT: HeaderName = HeaderName::from_static("x-sidecar-fault");

/// No head of an answer.
pub(super) enum NoAnswer {
    /// The upstream had everything, or did not take it, and time is up.
    UpstreamTimeout,
    /// The upstream was waiting for the client's body.
    ClientTimeout,
    /// The client's body cannot be read.
    ClientBroken,
    /// The upstream could not be reached or broke off.
    Failed(TaskError),
}

impl NoAnswer {
    /// How the request ends, and with which answer.
    pub(super) fn into_response(self) -> (Outcome, Response) {
        let upstream = |outcome, status, text, cause| {
            let kind = Outcome::as_str(outcome);
            let response = failed(status, text, Failure { kind, cause });
            (outcome, marked(response, outcome))
        };
        let client = |status, text, kind| {
            let failure = Failure { kind, cause: None };
            (Outcome::Refused, failed(status, text, failure))
        };
        match self {
            Self::UpstreamTimeout => upstream(
                Outcome::UpstreamTimeout,
                StatusCode::GATEWAY_TIMEOUT,
                "upstream timeout",
                None,
            ),
            Self::Failed(error) => upstream(
                Outcome::UpstreamError,
                StatusCode::BAD_GATEWAY,
                "upstream unreachable",
                crate::http::causes(&*error),
            ),
            Self::ClientTimeout => client(
                StatusCode::REQUEST_TIMEOUT,
                "request body did not arrive in time",
                "slow_body",
            ),
            Self::ClientBroken => client(
                StatusCode::BAD_REQUEST,
                "request body could not be read",
                "broken_body",
            ),
        }
    }
}

/// The answer to a request that is not for any upstream.
pub(super) fn refusal(reason: NotForwarded) -> Response {
    let (status, text, kind) = match reason {
        NotForwarded::Upgrade => (
            StatusCode::NOT_IMPLEMENTED,
            "other protocols are not forwarded",
            "upgrade",
        ),
        NotForwarded::Loop => (
            StatusCode::LOOP_DETECTED,
            "the upstream leads back to this sidecar",
            "loop",
        ),
    };
    failed(status, text, Failure { kind, cause: None })
}

fn failed(status: StatusCode, text: &str, failure: Failure) -> Response {
    crate::http::refuse((status, Json(json!({"error": text}))), failure)
}

/// Says who made the answer.
pub(super) fn marked(mut response: Response, outcome: Outcome) -> Response {
    let value = HeaderValue::from_static(outcome.as_str());
    response.headers_mut().insert(FAULT, value);
    response
}
