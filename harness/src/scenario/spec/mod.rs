//! A scenario file, 1:1: every field as written, nothing computed. The JSON schema of these types is the file's
//! reference for editors and for the reader itself.

mod alerts;
mod faults;
mod journeys;
mod load;
mod objectives;
mod signals;
mod telemetry;
mod text;

pub use alerts::{AlertsSpec, ExpectedAlertSpec};
pub use faults::{DropCounterSpec, FaultsSpec, RouteFaultSpec, TelemetryFaultSpec};
pub use journeys::{BetweenSpec, ExtractSpec, FeederSpec, JourneySpec, OrderSpec, StepSpec};
pub use load::{
    ArrivalsSpec, KeyCountSpec, KeysSpec, LoadSpec, PhaseSpec, RampSpec, RateSpec, RouteLabelsSpec,
    RouteSpec, SineSpec, SpikeSpec, ZipfSpec,
};
pub use objectives::{BadSpec, DashboardSpec, ExpectSpec, RulesSpec, SloSpec};
pub use signals::{
    ErrorLogsSpec, LabelsWithStatusSpec, LatencySpec, RequestsSpec, RouteLabelNamesSpec,
    SignalsSpec,
};
pub use telemetry::{AlertmanagerSpec, LokiSpec, PrometheusSpec, TargetSpec, TelemetrySpec};
pub use text::{DurationText, PercentText, RateText, StatusText};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A scenario: one situation, the load and faults that make it, and what must come of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schemars(title = "sloproof scenario")]
pub struct ScenarioSpec {
    /// The version of this format.
    pub api_version: ApiVersion,
    /// What this file is.
    pub kind: Kind,
    /// Its name and purpose.
    pub metadata: MetadataSpec,
    /// The scenario.
    pub spec: BodySpec,
}

/// The version of this format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ApiVersion {
    /// The first version.
    #[serde(rename = "sloproof.dev/v1")]
    V1,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Kind {
    /// A scenario.
    Scenario,
}

/// Name and purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct MetadataSpec {
    /// The scenario's name: lower-case letters, digits and `-`, at most 63, such as `20-error-burst`.
    #[schemars(extend("pattern" = "^[a-z0-9][a-z0-9-]{0,62}$"))]
    pub name: String,
    /// One line: what situation this is and what must come of it.
    pub purpose: String,
}

/// The scenario's body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct BodySpec {
    /// Fixes arrivals, routes and keys: the same seed sends the same requests.
    #[serde(default = "one_u64")]
    pub seed: u64,
    /// Production time is this many times as long as the time of the run: every window of the rules is divided by it.
    #[serde(default = "one_u32")]
    #[schemars(extend("minimum" = 1))]
    pub time_scale: u32,
    /// Where the service is; by default the local stack's reference service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetSpec>,
    /// Which telemetry servers to ask. Absent means the local stack; present means only the parts named here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<TelemetrySpec>,
    /// What load to send.
    pub load: LoadSpec,
    /// How to select the service's telemetry. What is absent is not checked, and the report says so.
    #[serde(default)]
    pub signals: SignalsSpec,
    /// Objectives, and the ledger's view of them.
    #[serde(default)]
    pub slos: Vec<SloSpec>,
    /// Rule files.
    #[serde(default)]
    pub rules: RulesSpec,
    /// Grafana dashboards whose panels must show data.
    #[serde(default)]
    pub dashboards: Vec<DashboardSpec>,
    /// What the alerts must and may do. An alert that is neither expected nor allowed must stay quiet.
    #[serde(default)]
    pub alerts: AlertsSpec,
}

fn one_u64() -> u64 {
    1
}

fn one_u32() -> u32 {
    1
}
