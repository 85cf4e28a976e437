//! `find-max.json`.

use serde::{Deserialize, Serialize};

use crate::capacity::{Answer, Judged, Objective, Purpose, Settings};
use crate::model::{Millis, Timestamp};
use crate::report::document::Percentiles;

/// Version of `find-max.json`.
pub const CAPACITY_SCHEMA_VERSION: u32 = 1;

/// A search for capacity, as far as it has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CapacityDocument {
    /// [`CAPACITY_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The run directory's name at the time of the run.
    pub run_id: String,
    /// Version of the program.
    pub sloproof_version: String,
    /// Command that repeats it.
    pub command: String,
    /// What was loaded.
    pub target: String,
    /// When it began.
    pub started: Timestamp,
    /// What must hold.
    pub objective: Objective,
    /// How it was searched.
    pub search: SearchInfo,
    /// What was found.
    pub answer: Answer,
    /// The answer in a sentence.
    pub sentence: String,
    /// What else must be known of the answer.
    pub notes: Vec<String>,
    /// The exit code that follows from the answer.
    pub exit_code: u8,
    /// Every step, in order.
    pub steps: Vec<StepInfo>,
}

/// How it was searched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchInfo {
    /// Rates, precision and repeats.
    #[serde(flatten)]
    pub settings: Settings,
    /// Load before each measured part.
    pub warm_up: Millis,
    /// The measured part of a step, at least; longer where the rate is too low for enough samples.
    pub step: Millis,
    /// `poisson` or `uniform`.
    pub arrivals: String,
    /// More steps than this are never made.
    pub most_steps: u32,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepInfo {
    /// From 1; also the name of its folder under `steps/`.
    pub number: u32,
    /// What for.
    pub purpose: Purpose,
    /// Arrivals per second that were planned.
    pub rate: f64,
    /// Arrivals per second that were sent.
    pub achieved: f64,
    /// The measured part.
    pub measured: Millis,
    /// Places in flight.
    pub max_in_flight: u32,
    /// Response time (done − due) over all requests of the measured part.
    pub response: Percentiles,
    /// Service time (done − sent).
    pub service: Percentiles,
    /// Schedule delay (sent − due) at the 99th percentile.
    pub delay_p99_ms: Option<f64>,
    /// Bad outcomes; `None` when nothing was planned.
    pub bad_share: Option<f64>,
    /// What it proved.
    pub judged: Judged,
    /// Why it breaks or proves nothing; empty where it holds.
    pub why: String,
}
