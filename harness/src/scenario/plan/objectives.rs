//! Objectives, and which outcomes of the ledger are bad events for them.

use serde::{Deserialize, Serialize};

use crate::model::{Millis, RouteId};
use crate::slo::Objective;

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

impl SloPlan {
    /// Whether a route's arrivals are events of this SLO.
    pub fn judges(&self, route: &RouteId) -> bool {
        self.routes.is_empty() || self.routes.contains(route)
    }
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
