//! The load half of the plan: all that `load` may know.

use serde::{Deserialize, Serialize};

use super::faults::Faults;
use crate::model::{Millis, PhaseId, RouteId};

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
