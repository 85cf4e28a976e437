//! The checked form of a scenario: a `Plan` that exists is valid.
//!
//! Made only by [`crate::scenario::load`]; everything the scenario names (SLOs, rules, dashboards) has been read,
//! cross-checked and, where a time scale applies, scaled. It is kept in the run directory as `plan.json`, so that
//! a run can be verified without the files it came from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dashboards::Dashboard;
use crate::model::{Engine, Labels, Millis, PhaseId, Ratio, RouteId, RuleGroup};
use crate::slo::Objective;

/// Version of `plan.json`.
pub const PLAN_SCHEMA_VERSION: u32 = 1;

/// Everything a run needs to know before it starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`PLAN_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The scenario's name: its `metadata.name`.
    pub name: String,
    /// One line: what situation this is and what must come of it.
    pub purpose: String,
    /// The scenario file as given on the command line.
    pub file: String,
    /// The scenario's text after `${VAR}` expansion.
    pub text: String,
    /// Production time is this many times as long as the time of this run; 1 = unscaled.
    pub time_scale: u32,
    /// Where the service is.
    pub target: TargetPlan,
    /// Which telemetry the scenario names.
    pub telemetry: TelemetryPlan,
    /// What load to send.
    pub load: LoadPlan,
    /// How an SRE would select this service's telemetry.
    pub signals: Signals,
    /// Objectives with the ledger's view of them.
    pub slos: Vec<SloPlan>,
    /// Rule files, already scaled.
    pub rules: Vec<RuleFile>,
    /// Dashboards.
    pub dashboards: Vec<DashboardPlan>,
    /// What the alerts must do.
    pub alerts: AlertPlan,
}

/// The service under load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetPlan {
    /// Base URL; `None` means the local stack's reference service.
    pub url: Option<String>,
    /// Base URL of its fault API; `None` means the stack's, or no faults where `url` is given.
    pub fault_url: Option<String>,
}

/// Telemetry servers. All three absent and `stack` true is the default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TelemetryPlan {
    /// Use the local stack for what has no URL of its own.
    pub stack: bool,
    /// Prometheus, if the scenario names one by URL.
    pub prometheus: Option<String>,
    /// Loki.
    pub loki: Option<String>,
    /// Alertmanager.
    pub alertmanager: Option<String>,
    /// Address at which the harness listens for webhooks, `host:port`; `None` without the stack: no receiver.
    pub webhook_listen: Option<String>,
    /// How often Prometheus scrapes the service.
    pub scrape_interval: Millis,
    /// How often rules are evaluated when a group has no interval of its own.
    pub evaluation_interval: Millis,
    /// How long to wait at most for the telemetry to catch up after the load.
    pub settle_timeout: Millis,
}

impl TelemetryPlan {
    /// Whether the scenario has a ruler of this kind.
    pub fn has(&self, engine: Engine) -> bool {
        self.stack
            || match engine {
                Engine::Prometheus => self.prometheus.is_some(),
                Engine::Loki => self.loki.is_some(),
            }
    }

    /// Whether deliveries can be received.
    pub fn has_receiver(&self) -> bool {
        self.stack || self.webhook_listen.is_some()
    }
}

/// The load half of the plan; all that `load` may know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadPlan {
    /// Fixes arrivals, routes and keys.
    pub seed: u64,
    /// Spacing of arrivals.
    pub arrivals: Arrivals,
    /// No answer within this time after sending is `TimedOut`.
    pub timeout: Millis,
    /// Requests under way at once, at most; arrivals beyond it wait and their waiting counts.
    pub max_in_flight: u32,
    /// How long after the last phase late arrivals may still be sent before they become `NotSent`.
    pub drain: Millis,
    /// Routes, at least one.
    pub routes: Vec<Route>,
    /// Phases in order, at least one.
    pub phases: Vec<Phase>,
}

impl LoadPlan {
    /// The sum of the phases' durations.
    pub fn duration(&self) -> Millis {
        self.phases
            .iter()
            .fold(Millis(0), |sum, p| sum + p.duration)
    }
}

/// How arrivals are spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrivals {
    /// Evenly: the i-th arrival where the integral of the rate reaches i.
    Uniform,
    /// As a Poisson process with the same number of arrivals (sorted uniforms), from the seed.
    Poisson,
}

/// One kind of request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// Its name in this scenario.
    pub id: RouteId,
    /// HTTP method, upper case.
    pub method: String,
    /// Path and query template, starting with `/`; holds `{key}`-style placeholders.
    pub path: String,
    /// Header templates.
    pub headers: Vec<(String, String)>,
    /// Body template.
    pub body: Option<String>,
    /// Share of arrivals relative to the other routes.
    pub weight: u32,
    /// Statuses that count as good.
    pub expect: Vec<u16>,
    /// How `{key}` is chosen.
    pub keys: Keys,
    /// Label values by which the service's telemetry names this route (without status).
    pub labels: RouteLabels,
}

/// What the service calls a route. `None` = the signal has no such label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RouteLabels {
    /// Value of the route label, by default the path template without its query.
    pub route: String,
    /// Value of the method label, by default the method.
    pub method: String,
}

/// Key distributions; keys are `key-<n>` with n from 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keys {
    /// Each of `n` keys equally often.
    Uniform {
        /// Number of keys.
        n: u64,
    },
    /// Zipf with exponent `s` over `n` keys.
    Zipf {
        /// Number of keys.
        n: u64,
        /// Exponent, above 0.
        s: f64,
    },
    /// The arrival's number, modulo `n`.
    Sequence {
        /// Number of keys.
        n: u64,
    },
}

/// A stretch of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// Its name.
    pub id: PhaseId,
    /// How long it lasts; above zero.
    pub duration: Millis,
    /// Arrivals per second at its start.
    pub rate_from: f64,
    /// Arrivals per second at its end; between, the rate is a straight line.
    pub rate_to: f64,
    /// Whether its latencies count for objectives and the summary.
    pub measured: bool,
    /// What is broken on purpose while it lasts; `None` = nothing.
    pub faults: Option<Faults>,
}

/// A fault set, in the form the target's fault API takes (`PUT /faults`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Faults {
    /// Seen by the service's own metrics.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inner: Vec<RouteFault>,
    /// Unseen by them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outer: Vec<RouteFault>,
    /// The telemetry itself lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<TelemetryFault>,
}

/// Errors and latency on one route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouteFault {
    /// The service's name of the route.
    pub route: String,
    /// HTTP method; `None` = any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Share of requests answered with `status`.
    pub error_ratio: f64,
    /// The status of those.
    pub status: u16,
    /// Added to every request, in milliseconds.
    pub latency_ms: u64,
}

/// A lie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TelemetryFault {
    /// Request counter increments are lost.
    pub drop_counter: DropCounter,
}

/// Which increments are lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DropCounter {
    /// Share lost.
    pub ratio: f64,
    /// Only for this status or class (`5xx`); `None` = all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// How to select the service's telemetry. Absent parts are not checked, and the report says so.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Signals {
    /// The request counter.
    pub requests: Option<RequestSignal>,
    /// The latency histogram.
    pub latency: Option<LatencySignal>,
    /// Error lines.
    pub error_logs: Option<LogSignal>,
}

/// A counter of finished requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequestSignal {
    /// PromQL selector of the counter, e.g. `http_requests_total{job="kv"}`.
    pub selector: String,
    /// Name of the route label, if there is one.
    pub route_label: Option<String>,
    /// Name of the method label.
    pub method_label: Option<String>,
    /// Name of the status label.
    pub status_label: Option<String>,
}

/// A classic histogram of request durations in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LatencySignal {
    /// PromQL selector of the `_bucket` series, e.g. `http_request_duration_seconds_bucket{job="kv"}`.
    pub selector: String,
    /// Name of the route label.
    pub route_label: Option<String>,
    /// Name of the method label.
    pub method_label: Option<String>,
    /// The quantile to compare, 0 to 1; 0.95 by default.
    pub quantile: f64,
    /// How much longer a request may look to the client than to the server (network, queues, scheduling).
    pub allowed_gap: Millis,
}

/// A log query that yields one line per failed request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogSignal {
    /// LogQL selector with parsers and filters.
    pub selector: String,
    /// Which of the ledger's responses must have such a line: inclusive status range.
    pub statuses: (u16, u16),
    /// Name of the route label after parsing.
    pub route_label: Option<String>,
    /// Name of the method label after parsing.
    pub method_label: Option<String>,
    /// Name of the status label after parsing.
    pub status_label: Option<String>,
}

/// An objective and how ledger and Prometheus each see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SloPlan {
    /// The SLO's file, as named in the scenario.
    pub file: String,
    /// The objective.
    pub objective: Objective,
    /// Which outcomes of the ledger are bad events.
    pub bad: BadEvents,
    /// Routes whose arrivals are events of this SLO; empty = all.
    pub routes: Vec<RouteId>,
    /// PromQL that yields the share of budget left, one series.
    pub remaining: Option<String>,
    /// What must become of the objective over the measured phases.
    pub expect: ObjectiveExpectation,
}

/// What the ledger counts as bad for an SLO. Timed out, broken, refused and never-sent arrivals are always bad
/// for the user; the service's own counters can only see completed responses, and the comparison says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadEvents {
    /// Responses with a status in this inclusive range.
    Status {
        /// Lowest.
        from: u16,
        /// Highest.
        to: u16,
    },
    /// Responses slower than this, by service time.
    SlowerThan {
        /// The bound; a bucket bound of the histogram.
        bound: Millis,
    },
}

/// What a scenario expects of an objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectiveExpectation {
    /// The share of good events reaches the target.
    Met,
    /// It does not: the scenario breaks it on purpose.
    Missed,
    /// Either is fine; it is reported and not judged.
    Any,
}

/// A rule file as it is (or must be) loaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleFile {
    /// As named in the scenario.
    pub file: String,
    /// Who evaluates it.
    pub engine: Engine,
    /// The whole file's text after scaling; what the stack installs.
    pub text: String,
    /// The same, parsed.
    pub groups: Vec<RuleGroup>,
}

/// A dashboard and the values its variables take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DashboardPlan {
    /// As named in the scenario.
    pub file: String,
    /// The parsed dashboard.
    pub dashboard: Dashboard,
    /// Variable values given by the scenario; they win over the dashboard's own.
    pub variables: BTreeMap<String, Vec<String>>,
}

/// What alerts must and may do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AlertPlan {
    /// These must fire.
    pub expected: Vec<ExpectedAlert>,
    /// These may fire, by name: neither needed nor a mistake. All others must stay quiet.
    pub allowed: Vec<String>,
}

/// One expected alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExpectedAlert {
    /// Its name.
    pub name: String,
    /// Which ruler evaluates it.
    pub engine: Engine,
    /// Labels the firing alert must have (a subset).
    pub labels: Labels,
    /// The phase from whose start `fires_within` counts.
    pub phase: PhaseId,
    /// It must be firing at the latest this long after the phase's start, and not before it.
    pub fires_within: Millis,
    /// It must have resolved at the latest this long after the phase's end; `None` = not judged.
    pub resolves_within: Option<Millis>,
    /// Whether it must (or must not) reach the webhook; `None` = not judged.
    pub delivered: Option<bool>,
}

impl Plan {
    /// The route with this id.
    pub fn route(&self, id: &RouteId) -> Option<&Route> {
        self.load.routes.iter().find(|r| r.id == *id)
    }

    /// Every alerting rule of the scenario with its ruler.
    pub fn alert_rules(&self) -> impl Iterator<Item = (Engine, &crate::model::Rule)> {
        self.rules.iter().flat_map(|file| {
            file.groups
                .iter()
                .flat_map(|g| &g.rules)
                .filter(|r| r.kind == crate::model::RuleKind::Alert)
                .map(move |r| (file.engine, r))
        })
    }

    /// The evaluation interval that applies to an alert: its group's own, else the ruler's.
    pub fn evaluation_interval(&self, alert: &str) -> Millis {
        self.rules
            .iter()
            .flat_map(|f| &f.groups)
            .find(|g| g.rules.iter().any(|r| r.name == alert))
            .and_then(|g| g.interval)
            .unwrap_or(self.telemetry.evaluation_interval)
    }

    /// The longest share of traffic, for people.
    pub fn weight_of(&self, id: &RouteId) -> Option<Ratio> {
        let total: u64 = self.load.routes.iter().map(|r| u64::from(r.weight)).sum();
        Ratio::of(u64::from(self.route(id)?.weight), total)
    }
}
