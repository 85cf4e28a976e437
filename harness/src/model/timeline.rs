//! When things happened in a run.

use serde::{Deserialize, Serialize};

use super::id::PhaseId;
use super::quantity::{Millis, Timestamp};

/// A phase on the wall clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseTime {
    /// Which.
    pub phase: PhaseId,
    /// When it began.
    pub start: Timestamp,
    /// When it ended: the start of the next one.
    pub end: Timestamp,
}

/// The moments that questions and checks refer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// Just before the first arrival: after this moment no request of an earlier run is counted.
    pub baseline: Timestamp,
    /// Time zero of the load: the intended time of an arrival counts from here.
    pub load_start: Timestamp,
    /// When the last outcome was known.
    pub load_end: Timestamp,
    /// When the telemetry had caught up, or when waiting was given up.
    pub settled: Timestamp,
    /// The phases in order.
    pub phases: Vec<PhaseTime>,
    /// What did not catch up, in words; empty when everything did.
    pub unsettled: Vec<String>,
    /// The run was interrupted by the user.
    pub interrupted: bool,
}

impl Timeline {
    /// The times of a phase.
    pub fn phase(&self, id: &PhaseId) -> Option<&PhaseTime> {
        self.phases.iter().find(|p| p.phase == *id)
    }

    /// From the baseline to the settled moment.
    pub fn span(&self) -> Millis {
        self.settled.since(self.baseline)
    }
}
