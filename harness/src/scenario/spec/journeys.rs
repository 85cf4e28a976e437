//! Users who do several things in order, and the values they bring.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::load::{KeysSpec, RouteLabelsSpec, one, thousand_keys, two_hundred};
use super::text::{DurationText, StatusText};

/// A file of values for requests. A column is the placeholder `{feeder.column}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FeederSpec {
    /// Its name in placeholders: a letter, then letters, digits or `_`.
    #[schemars(extend("pattern" = "^[A-Za-z][A-Za-z0-9_]*$"))]
    pub name: String,
    /// Comma-separated values whose first row names the columns (`.csv`), or a JSON object a line (`.jsonl`), relative
    /// to this file.
    pub file: String,
    /// Which row is next.
    #[serde(default)]
    pub order: OrderSpec,
}

/// Which row an arrival gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OrderSpec {
    /// One after the other, and again from the first.
    #[default]
    Sequence,
    /// Each as likely as any other, fixed by the seed.
    Random,
    /// One after the other, none a second time; arrivals beyond the last row are not sent.
    Once,
}

/// One virtual user's requests, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct JourneySpec {
    /// Its name: a lower-case letter, then letters, digits, `-` or `_`.
    #[schemars(extend("pattern" = "^[a-z][a-z0-9_-]{0,62}$"))]
    pub name: String,
    /// Share of the arrivals, relative to the routes and the other journeys. An arrival plans every step.
    #[serde(default = "one")]
    pub weight: u32,
    /// How `{key}` is chosen; it is the same in every step of one user.
    #[serde(default = "thousand_keys")]
    pub keys: KeysSpec,
    /// Its requests in order, at least one. Each is a route of its own in the ledger and in every output.
    pub steps: Vec<StepSpec>,
}

/// A step: a request that follows when the step before has succeeded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct StepSpec {
    /// Its name, which no other step and no route has: a lower-case letter, then letters, digits, `-` or `_`.
    #[schemars(extend("pattern" = "^[a-z][a-z0-9_-]{0,62}$"))]
    pub name: String,
    /// Method and path, as of a route. Placeholders, here, in headers and in the body: also `{name}` of a value that an
    /// earlier step extracts.
    #[schemars(extend("pattern" = "^[A-Z]+ /[^ ]*$"))]
    pub request: String,
    /// How long the user waits before it, from the end of the step before; not for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub think_time: Option<DurationText>,
    /// Statuses that count as good, and after which the next step follows: numbers, or classes such as `2xx`.
    #[serde(default = "two_hundred")]
    pub expect: Vec<StatusText>,
    /// Headers to send.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Body to send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// By which label values the service's telemetry knows this step.
    #[serde(default)]
    pub labels: RouteLabelsSpec,
    /// Values of the reply for later steps, by the names of their placeholders. Without one of them the next step does
    /// not follow.
    #[serde(default)]
    pub extract: BTreeMap<String, ExtractSpec>,
}

/// Where a value stands in a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ExtractSpec {
    /// A header's value, by its name.
    Header(String),
    /// A text, number or boolean of a JSON body, by its pointer (RFC 6901) such as `/items/0/id`.
    Pointer(String),
    /// What stands in the body between two texts.
    Between(BetweenSpec),
}

/// The texts around a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BetweenSpec {
    /// What stands before it, the first time; by default nothing: the value begins with the body.
    #[serde(default)]
    pub after: String,
    /// What stands behind it, the next time; by default nothing: the value ends with the body.
    #[serde(default)]
    pub before: String,
}
