//! What is wrong with a request, in the shapes of pydantic.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::syntax::SyntaxError;
use crate::{http::refuse, telemetry::Failure};

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(in crate::kv) struct Mistake {
    /// What kind of mistake: `missing`, `json_invalid`, `int_parsing`, ..
    #[serde(rename = "type")]
    #[schema(example = "missing")]
    kind: &'static str,
    /// Where: `body` or `query`, then the field or the number of characters before the place.
    #[schema(value_type = Vec<Value>, example = json!(["body", "key"]))]
    loc: Vec<Value>,
    /// The same in words.
    #[schema(example = "Field required")]
    msg: &'static str,
    /// What was found there.
    #[schema(value_type = Value)]
    input: Value,
    /// More about it: what the JSON parser says, or which bound was passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    ctx: Option<Value>,
}

/// Everything that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(in crate::kv) struct Mistakes {
    /// At least one.
    detail: Vec<Mistake>,
}

/// Why a request is no entry.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::kv) enum Refusal {
    /// It can be told what is wrong.
    Mistakes(Mistakes),
    /// Not UTF-8, nested too deeply, or a number beyond all measure.
    Unreadable,
}

/// Where a field was looked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    Body,
    Query,
}

impl Place {
    fn as_str(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Query => "query",
        }
    }
}

impl Mistake {
    fn new(kind: &'static str, loc: Vec<Value>, msg: &'static str, input: &Value) -> Self {
        Self {
            kind,
            loc,
            msg,
            input: input.clone(),
            ctx: None,
        }
    }

    fn of_field(
        kind: &'static str,
        place: Place,
        field: &str,
        msg: &'static str,
        input: &Value,
    ) -> Self {
        let loc = vec![json!(place.as_str()), json!(field)];
        Self::new(kind, loc, msg, input)
    }

    pub(super) fn missing(place: Place, field: &str, input: &Value) -> Self {
        Self::of_field("missing", place, field, "Field required", input)
    }

    pub(super) fn no_body() -> Self {
        let loc = vec![json!("body")];
        Self::new("missing", loc, "Field required", &Value::Null)
    }

    pub(super) fn no_object(input: &Value) -> Self {
        let loc = vec![json!("body")];
        let msg = "Input should be a valid dictionary or object to extract fields from";
        Self::new("model_attributes_type", loc, msg, input)
    }

    pub(super) fn no_json(error: SyntaxError) -> Self {
        let loc = vec![json!("body"), json!(error.at)];
        Self {
            ctx: Some(json!({"error": error.error})),
            ..Self::new("json_invalid", loc, "JSON decode error", &json!({}))
        }
    }

    pub(super) fn no_string(field: &str, input: &Value) -> Self {
        let msg = "Input should be a valid string";
        Self::of_field("string_type", Place::Body, field, msg, input)
    }

    pub(super) fn no_integer(
        place: Place,
        field: &str,
        mistake: IntegerMistake,
        input: &Value,
    ) -> Self {
        let (kind, msg) = mistake.told();
        Self::of_field(kind, place, field, msg, input)
    }

    pub(super) fn no_database(place: Place, number: i64, input: &Value) -> Self {
        let (kind, msg, ctx) = if number < 0 {
            (
                "greater_than_equal",
                "Input should be greater than or equal to 0",
                json!({"ge": 0}),
            )
        } else {
            (
                "less_than_equal",
                "Input should be less than or equal to 2147483647",
                json!({"le": i32::MAX}),
            )
        };
        Self {
            ctx: Some(ctx),
            ..Self::of_field(kind, place, "database", msg, input)
        }
    }

    pub(super) fn long_key(place: Place, input: &Value) -> Self {
        let msg = "String should have at most 1024 bytes";
        Self::of_field("string_too_long", place, "key", msg, input)
    }
}

/// Why a value is no 64-bit integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IntegerMistake {
    Type,
    Fraction,
    Text,
    Size,
}

impl IntegerMistake {
    fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::Type => ("int_type", "Input should be a valid integer"),
            Self::Fraction => (
                "int_from_float",
                "Input should be a valid integer, got a number with a fractional part",
            ),
            Self::Text => (
                "int_parsing",
                "Input should be a valid integer, unable to parse string as an integer",
            ),
            Self::Size => (
                "int_parsing_size",
                "Unable to parse input string as an integer, exceeded maximum size",
            ),
        }
    }
}

impl From<Mistake> for Refusal {
    fn from(mistake: Mistake) -> Self {
        Self::from(vec![mistake])
    }
}

impl From<Vec<Mistake>> for Refusal {
    fn from(detail: Vec<Mistake>) -> Self {
        Self::Mistakes(Mistakes { detail })
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let failure = Failure {
            kind: "invalid_request",
            cause: None,
        };
        match self {
            Self::Mistakes(mistakes) => {
                refuse((StatusCode::UNPROCESSABLE_ENTITY, Json(mistakes)), failure)
            }
            Self::Unreadable => {
                let body = Json(json!({"detail": "There was an error parsing the body"}));
                refuse((StatusCode::BAD_REQUEST, body), failure)
            }
        }
    }
}
