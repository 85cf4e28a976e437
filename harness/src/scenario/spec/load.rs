//! What to send.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::faults::FaultsSpec;
use super::journeys::{FeederSpec, JourneySpec};
use super::text::{DurationText, RateText, StatusText};

/// Load: routes, and phases in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LoadSpec {
    /// How arrivals are spaced.
    #[serde(default = "uniform")]
    pub arrivals: ArrivalsSpec,
    /// A request without an answer after this time counts as timed out.
    #[serde(default = "five_seconds")]
    pub timeout: DurationText,
    /// Requests under way at once, at most. Arrivals beyond it wait, and their waiting counts.
    #[serde(default = "in_flight")]
    #[schemars(extend("minimum" = 1))]
    pub max_in_flight: u32,
    /// How long after the last phase late arrivals may still be sent; by default the timeout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drain: Option<DurationText>,
    /// Files of values for requests.
    #[serde(default)]
    pub feeders: Vec<FeederSpec>,
    /// Kinds of requests; at least one, or a journey.
    #[serde(default)]
    pub routes: Vec<RouteSpec>,
    /// Users who send several requests in order.
    #[serde(default)]
    pub journeys: Vec<JourneySpec>,
    /// Stretches of time, in order, at least one.
    pub phases: Vec<PhaseSpec>,
}

/// How arrivals are spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ArrivalsSpec {
    /// Evenly.
    Uniform,
    /// At random, as many in all, fixed by the seed.
    Poisson,
}

/// One kind of request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RouteSpec {
    /// Its name: a lower-case letter, then letters, digits, `-` or `_`.
    #[schemars(extend("pattern" = "^[a-z][a-z0-9_-]{0,62}$"))]
    pub name: String,
    /// Method and path, such as `GET /v1/kv/{key}`. Placeholders, here, in headers and in the body: `{key}`, `{seq}`,
    /// `{random:N}`, and `{feeder.column}`.
    #[schemars(extend("pattern" = "^[A-Z]+ /[^ ]*$"))]
    pub request: String,
    /// Share of the arrivals, relative to the other routes.
    #[serde(default = "one")]
    pub weight: u32,
    /// Statuses that count as good: numbers, or classes such as `2xx`.
    #[serde(default = "two_hundred")]
    pub expect: Vec<StatusText>,
    /// How `{key}` is chosen.
    #[serde(default = "thousand_keys")]
    pub keys: KeysSpec,
    /// Headers to send.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Body to send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// By which label values the service's telemetry knows this route.
    #[serde(default)]
    pub labels: RouteLabelsSpec,
}

/// Label values of a route.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RouteLabelsSpec {
    /// Value of the route label; by default the path as written, without its query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// Value of the method label; by default the method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
}

/// How keys are chosen; keys are `key-0`, `key-1` and so on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum KeysSpec {
    /// Each equally often.
    Uniform(KeyCountSpec),
    /// Few keys often, many seldom.
    Zipf(ZipfSpec),
    /// One after the other.
    Sequence(KeyCountSpec),
}

/// How many keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyCountSpec {
    /// Number of keys.
    #[schemars(extend("minimum" = 1))]
    pub n: u64,
}

/// Zipf's law.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ZipfSpec {
    /// Number of keys.
    #[schemars(extend("minimum" = 1))]
    pub n: u64,
    /// Exponent, above 0; the larger, the fewer keys get most requests.
    pub s: f64,
}

/// A stretch of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PhaseSpec {
    /// Its name: a lower-case letter, then letters, digits, `-` or `_`.
    #[schemars(extend("pattern" = "^[a-z][a-z0-9_-]{0,62}$"))]
    pub name: String,
    /// How long it lasts.
    pub duration: DurationText,
    /// Arrivals per second: constant, a straight line from one rate to another, or a list of steps of equal length.
    /// Required unless arrivals are replayed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<RateSpec>,
    /// Another rate for a part of the phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spike: Option<SpikeSpec>,
    /// A swing around the rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sine: Option<SineSpec>,
    /// File of recorded arrivals to send instead of a rate: seconds from the start of the phase, one a line, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<String>,
    /// Whether it counts for objectives and the summary; `false` for a warmup.
    #[serde(default = "yes")]
    pub measure: bool,
    /// What is broken on purpose while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faults: Option<FaultsSpec>,
}

// Untagged is safe here: the walk along the schema has picked the form and told all mistakes before serde reads it.
/// A rate over a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RateSpec {
    /// The same all the time.
    Constant(RateText),
    /// A straight line.
    Ramp(RampSpec),
    /// Steps of equal length.
    Steps(Vec<RateText>),
}

/// A stretch of another rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SpikeSpec {
    /// Arrivals per second while it lasts.
    pub rate: RateText,
    /// When it begins, from the start of the phase.
    pub at: DurationText,
    /// How long it lasts.
    pub duration: DurationText,
}

/// A swing of the rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SineSpec {
    /// Arrivals per second above and below the rate; at most the rate.
    pub amplitude: RateText,
    /// How long one swing takes.
    pub period: DurationText,
}

/// A rate that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RampSpec {
    /// At the start of the phase.
    pub from: RateText,
    /// At its end.
    pub to: RateText,
}

fn uniform() -> ArrivalsSpec {
    ArrivalsSpec::Uniform
}

fn five_seconds() -> DurationText {
    "5s".into()
}

fn in_flight() -> u32 {
    512
}

pub(super) fn one() -> u32 {
    1
}

pub(super) fn two_hundred() -> Vec<StatusText> {
    vec!["200".into()]
}

pub(super) fn thousand_keys() -> KeysSpec {
    KeysSpec::Uniform(KeyCountSpec { n: 1000 })
}

fn yes() -> bool {
    true
}
