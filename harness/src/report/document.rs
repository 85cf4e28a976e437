//! `report.json`: the versioned document every renderer shows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ledger::{GeneratorFacts, KeptSample};
use crate::model::{AlertState, Engine, Finding, Labels, Notification, Timestamp, Verdict};

/// Version of `report.json`. A reader refuses a higher one.
pub const REPORT_SCHEMA_VERSION: u32 = 1;

/// A whole report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// [`REPORT_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Version of the program that wrote it.
    pub sloproof_version: String,
    /// The run directory's name.
    pub run_id: String,
    /// The scenario.
    pub scenario: ScenarioInfo,
    /// The judgement, without the findings (they stand in `findings`).
    pub verdict: VerdictInfo,
    /// The chain, hop by hop, in order.
    pub chain: Vec<HopInfo>,
    /// All findings, sorted as the verdict sorts them.
    pub findings: Vec<Finding>,
    /// Per route, over the measured phases.
    pub routes: Vec<RouteInfo>,
    /// Per objective.
    pub objectives: Vec<ObjectiveInfo>,
    /// When things happened; all offsets in milliseconds from the start of the load.
    pub timeline: TimelineInfo,
    /// Rows for people: what each hop says beside what the ledger says.
    pub hops: Vec<HopRow>,
    /// Evidence, as far as a reader needs it: what was asked and a short answer.
    pub evidence: Vec<EvidenceInfo>,
    /// The generator about itself.
    pub instrument: InstrumentInfo,
    /// Where and with what this ran.
    pub environment: EnvironmentInfo,
}

/// The scenario in the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioInfo {
    /// Name.
    pub name: String,
    /// One-line purpose.
    pub purpose: String,
    /// File as given.
    pub file: String,
    /// Text as written.
    pub text: String,
    /// Seed used.
    pub seed: u64,
    /// Time scale.
    pub time_scale: u32,
    /// Command that repeats this run.
    pub command: String,
}

/// The verdict without its findings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerdictInfo {
    /// `pass`, `fail` or `invalid`.
    pub outcome: crate::model::VerdictOutcome,
    /// Exit code that belongs to it.
    pub exit_code: u8,
    /// One sentence for a manager.
    pub sentence: String,
    /// The rule that was applied.
    pub policy: String,
    /// First failing check on the way of the data.
    pub origin: Option<crate::model::CheckId>,
    /// Counts by status.
    pub counts: crate::model::Counts,
}

impl VerdictInfo {
    /// The part of a verdict that is not a finding.
    pub fn new(verdict: &Verdict, exit_code: u8) -> Self {
        Self {
            outcome: verdict.outcome,
            exit_code,
            sentence: verdict.sentence.clone(),
            policy: verdict.policy.clone(),
            origin: verdict.origin.clone(),
            counts: verdict.counts,
        }
    }
}

/// One hop of the strip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HopInfo {
    /// Which.
    pub hop: crate::model::Hop,
    /// The worst status of its findings: `pass`, `fail`, `inconclusive`, `skipped`.
    pub status: String,
    /// It is the origin of the failure.
    pub origin: bool,
    /// It fails only as a consequence of an earlier hop.
    pub follows: bool,
    /// How many findings it has.
    pub findings: u32,
}

/// One line of "hop, says, ledger says, verdict".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HopRow {
    /// Hop's title.
    pub hop: String,
    /// What the telemetry says.
    pub says: String,
    /// What the ledger or the plan says.
    pub ledger_says: String,
    /// Status word.
    pub status: String,
    /// A few words of verdict.
    pub verdict: String,
}

/// One route over the measured phases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouteInfo {
    /// Name in the scenario.
    pub route: String,
    /// Method and path template.
    pub request: String,
    /// Arrivals planned.
    pub planned: u64,
    /// Completed with an expected status.
    pub good: u64,
    /// All others.
    pub bad: u64,
    /// Counts per outcome: `status_200`, `timed_out`, `connect_failed`, `broken`, `not_sent`.
    pub outcomes: BTreeMap<String, u64>,
    /// Response time (done − due), milliseconds.
    pub response: Percentiles,
    /// Service time (done − sent), milliseconds.
    pub service: Percentiles,
    /// Percentile curve of response time: (quantile, milliseconds).
    pub response_curve: Vec<(f64, f64)>,
    /// Percentile curve of service time.
    pub service_curve: Vec<(f64, f64)>,
    /// The slowest completed requests.
    pub slowest: Vec<KeptSample>,
    /// The first bad ones.
    pub failed: Vec<KeptSample>,
}

/// Percentiles in milliseconds. `None` where there are too few samples to say: fewer than 10/(1−p).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// Samples.
    pub count: u64,
    /// Median.
    pub p50_ms: Option<f64>,
    /// 90th.
    pub p90_ms: Option<f64>,
    /// 95th.
    pub p95_ms: Option<f64>,
    /// 99th.
    pub p99_ms: Option<f64>,
    /// Largest.
    pub max_ms: Option<f64>,
    /// The earliest at which a request was given up. The true value of what was given up is longer by nobody knows how
    /// much, so a percentile from here on is at least what is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub censored_from_ms: Option<f64>,
}

impl Percentiles {
    /// p50, p90, p95, p99 and the largest, each with whether it is a lower bound only.
    pub fn told(&self) -> [(Option<f64>, bool); 5] {
        let bound = |ms: f64| self.censored_from_ms.is_some_and(|from| ms >= from);
        [
            self.p50_ms,
            self.p90_ms,
            self.p95_ms,
            self.p99_ms,
            self.max_ms,
        ]
        .map(|value| (value, value.is_some_and(bound)))
    }
}

/// One objective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ObjectiveInfo {
    /// SLO name.
    pub name: String,
    /// Description.
    pub description: String,
    /// Target, 0 to 1.
    pub target: f64,
    /// Events over the measured phases, by the ledger.
    pub total: u64,
    /// Bad ones.
    pub bad: u64,
    /// Share of good events; `None` without events.
    pub achieved: Option<f64>,
    /// Share of the budget of these events that is left; negative when overspent. `None` without events.
    pub budget_left: Option<f64>,
    /// Share of the whole period's budget that these bad events are, if the period had this run's traffic throughout.
    pub period_budget_spent: Option<f64>,
    /// The period in production, in words.
    pub period: String,
    /// What the scenario expects: `met`, `missed`, `any`.
    pub expected: String,
}

/// The common time axis; offsets in milliseconds from the start of the load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineInfo {
    /// Wall-clock start of the load.
    pub started: Timestamp,
    /// End of the axis: the settled moment.
    pub end_ms: i64,
    /// Phases as bands.
    pub phases: Vec<PhaseInfo>,
    /// Per second, all routes together.
    pub seconds: Vec<SecondInfo>,
    /// Alert states as intervals.
    pub alerts: Vec<AlertInterval>,
    /// Deliveries.
    pub notifications: Vec<NotificationMark>,
    /// What did not settle.
    pub unsettled: Vec<String>,
}

/// A phase on the axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseInfo {
    /// Name.
    pub phase: String,
    /// Start.
    pub start_ms: i64,
    /// End.
    pub end_ms: i64,
    /// Counts for objectives.
    pub measured: bool,
    /// Faults in words; empty when none.
    pub faults: Vec<String>,
}

/// One second of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecondInfo {
    /// The second.
    pub second: u64,
    /// Arrivals due.
    pub planned: u64,
    /// Arrivals sent.
    pub sent: u64,
    /// Bad outcomes.
    pub bad: u64,
    /// Worst route's median, milliseconds.
    pub p50_ms: Option<f64>,
    /// Worst route's 95th percentile.
    pub p95_ms: Option<f64>,
    /// Worst route's 99th percentile.
    pub p99_ms: Option<f64>,
    /// The same per route: route, planned, bad, p50, p95, p99 in milliseconds.
    pub routes: Vec<RouteSecond>,
}

/// One second of one route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouteSecond {
    /// Route name.
    pub route: String,
    /// Arrivals due.
    pub planned: u64,
    /// Bad outcomes.
    pub bad: u64,
    /// Median.
    pub p50_ms: Option<f64>,
    /// 95th percentile.
    pub p95_ms: Option<f64>,
    /// 99th percentile.
    pub p99_ms: Option<f64>,
}

/// A stretch during which an alert was pending or firing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertInterval {
    /// Alert name.
    pub name: String,
    /// Which ruler.
    pub engine: Engine,
    /// Labels without the name.
    pub labels: Labels,
    /// Pending or firing.
    pub state: AlertState,
    /// From.
    pub start_ms: i64,
    /// To; `None` = until the end of what was seen.
    pub end_ms: Option<i64>,
    /// `expected`, `allowed` or `unexpected`.
    pub role: String,
}

/// A delivery on the axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NotificationMark {
    /// When.
    pub at_ms: i64,
    /// The delivery.
    pub notification: Notification,
}

/// Evidence for a reader.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvidenceInfo {
    /// Number; the file is `evidence/NNNN.json`.
    pub id: u32,
    /// Base URL of the server.
    pub source: String,
    /// The request as sent.
    pub asked: String,
    /// The answer in a few lines.
    pub answer: String,
}

/// The instrument about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstrumentInfo {
    /// Facts of the generator.
    pub generator: GeneratorFacts,
    /// Schedule delay (sent − due), milliseconds.
    pub delay: Percentiles,
    /// Warnings in words.
    pub warnings: Vec<String>,
    /// What a reader should know, and what is as it should be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Where and with what a run happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnvironmentInfo {
    /// Servers by name: URL and version, as far as known.
    pub servers: BTreeMap<String, String>,
    /// Number of processors.
    pub cpus: u32,
    /// Operating system and architecture.
    pub platform: String,
}
