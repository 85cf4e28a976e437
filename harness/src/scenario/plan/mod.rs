//! The checked form of a scenario: a `Plan` that exists is valid.
//!
//! Made only by [`crate::scenario::load`]; everything the scenario names (SLOs, rules, dashboards) has been read,
//! cross-checked and, where a time scale applies, scaled. It is kept in the run directory as `plan.json`, so that
//! a run can be verified without the files it came from.

mod alerts;
mod extract;
mod faults;
mod journeys;
mod load;
mod objectives;
pub mod secret;
mod servers;
mod shipped;
mod signals;

use serde::{Deserialize, Serialize};

use crate::model::{Engine, Millis, Ratio, RouteId};

pub use alerts::{AlertPlan, ExpectedAlert};
pub(crate) use extract::scalar;
pub use extract::{Extract, ExtractError};
pub use faults::{DropCounter, Faults, RouteFault, TelemetryFault};
pub use journeys::{FeederPlan, Journey, Order, Step};
pub use load::{Arrivals, Curve, Keys, LoadPlan, MOST_ARRIVALS, Phase, Route, RouteLabels};
pub use objectives::{BadEvents, ObjectiveExpectation, SloPlan};
pub use servers::{ConnectPlan, TargetPlan, TelemetryPlan};
pub use shipped::{DashboardPlan, RuleFile};
pub use signals::{LatencySignal, LogSignal, RequestSignal, Signals};

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
    /// The scenario's text as it is written: what `${VAR}` stands for may be a secret.
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

impl Plan {
    /// Whether it is the load of a URL, with no scenario behind it.
    pub fn is_of_url(&self) -> bool {
        self.file.contains("://") || self.file.starts_with("unix:")
    }

    /// Whether it claims anything about response times, which contain what leaves late: by an objective, or because it
    /// claims nothing else. A latency histogram is compared with service times, which do not.
    pub fn claims_latency(&self) -> bool {
        let judges_it = |slo: &SloPlan| matches!(slo.bad, BadEvents::SlowerThan { .. });
        let signals = &self.signals;
        let claims_else = !self.slos.is_empty()
            || !self.alerts.expected.is_empty()
            || signals.requests.is_some()
            || signals.latency.is_some()
            || signals.error_logs.is_some();
        self.slos.iter().any(judges_it) || !claims_else
    }

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
