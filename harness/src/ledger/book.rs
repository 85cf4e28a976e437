//! The closed ledger of a run, as it is kept in `ledger.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::histogram::LatencyHistogram;
use super::sample::KeptSample;
use super::watch::{Pauses, WatchRow};
use super::window::WindowRow;
use crate::model::outcome::NotSent;
use crate::model::{Millis, Outcome, PhaseId, Ratio, RouteId};

/// Version of `ledger.json`.
pub const LEDGER_SCHEMA_VERSION: u32 = 1;

/// Everything that was recorded about the load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// [`LEDGER_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// One cell per route and phase, in plan order (routes outer, phases inner).
    pub cells: Vec<Cell>,
    /// One row per route, phase and second in which something was due, in order of second, route, phase.
    pub windows: Vec<WindowRow>,
    /// The slowest completed requests of each route, slowest first.
    pub slowest: Vec<KeptSample>,
    /// The first bad outcomes of each route, in order of arrival.
    pub failed: Vec<KeptSample>,
    /// What the generator says about itself.
    pub generator: GeneratorFacts,
    /// The same second by second, in order; the last row ends with the load. Empty where it was not watched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watch: Vec<WatchRow>,
}

/// One route in one phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The route.
    pub route: RouteId,
    /// The phase.
    pub phase: PhaseId,
    /// Whether the phase is measured.
    pub measured: bool,
    /// Arrivals planned: exactly the sum of `outcomes`.
    pub planned: u64,
    /// Of the completed ones, those with an expected status.
    pub good: u64,
    /// What became of the arrivals.
    pub outcomes: OutcomeCounts,
    /// Done − due of sent arrivals, time-outs at their age when given up.
    pub response: LatencyHistogram,
    /// The part of `response` that ended in a time-out: the true value is above the recorded one, by how much nobody
    /// knows.
    #[serde(default, skip_serializing_if = "LatencyHistogram::is_empty")]
    pub censored: LatencyHistogram,
    /// The part of `response` whose outcome was bad; there only once something went wrong, so that a healthy run does
    /// not pay for it. Ledgers of older programs have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<LatencyHistogram>,
    /// Done − sent of completed arrivals.
    pub service: LatencyHistogram,
    /// Sent − due of sent arrivals: the generator's own lateness.
    pub delay: LatencyHistogram,
}

impl Cell {
    /// Adds another worker's part of the same cell.
    pub(super) fn merge(&mut self, other: &Self) {
        self.planned += other.planned;
        self.good += other.good;
        self.outcomes.merge(&other.outcomes);
        self.response.merge(&other.response);
        self.censored.merge(&other.censored);
        if let Some(theirs) = &other.errors {
            self.errors.get_or_insert_default().merge(theirs);
        }
        self.service.merge(&other.service);
        self.delay.merge(&other.delay);
    }
}

/// Counts per outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeCounts {
    /// Completed, by status.
    pub completed: BTreeMap<u16, u64>,
    /// Timed out.
    pub timed_out: u64,
    /// Not connected.
    pub connect_failed: u64,
    /// Broken on the way.
    pub broken: u64,
    /// Never sent.
    pub not_sent: u64,
    /// Why not, of those never sent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub why_not_sent: BTreeMap<NotSent, u64>,
}

impl OutcomeCounts {
    /// Counts one outcome.
    pub fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Completed { status, .. } => *self.completed.entry(*status).or_default() += 1,
            Outcome::TimedOut => self.timed_out += 1,
            Outcome::ConnectFailed => self.connect_failed += 1,
            Outcome::Broken { .. } => self.broken += 1,
            Outcome::NotSent { why } => self.add_not_sent(*why, 1),
        }
    }

    /// Counts so many that were never sent, for one reason.
    pub(super) fn add_not_sent(&mut self, why: NotSent, arrivals: u64) {
        self.not_sent += arrivals;
        *self.why_not_sent.entry(why).or_default() += arrivals;
    }

    /// Adds another's counts.
    pub fn merge(&mut self, other: &Self) {
        for (status, n) in &other.completed {
            *self.completed.entry(*status).or_default() += n;
        }
        self.timed_out += other.timed_out;
        self.connect_failed += other.connect_failed;
        self.broken += other.broken;
        self.not_sent += other.not_sent;
        for (why, n) in &other.why_not_sent {
            *self.why_not_sent.entry(*why).or_default() += n;
        }
    }

    /// Never sent for this reason.
    fn unsent_for(&self, why: NotSent) -> u64 {
        self.why_not_sent.get(&why).copied().unwrap_or(0)
    }

    /// Later steps of journeys that could not follow the step before them, which failed: no events of their own.
    pub fn not_followed(&self) -> u64 {
        self.unsent_for(NotSent::StepBefore)
    }

    /// All that users asked for, as objectives count it: every arrival, and every step of a journey that could follow the
    /// one before.
    pub fn events(&self) -> u64 {
        self.total() - self.not_followed()
    }

    /// Later steps of journeys for which the reply to the step before lacked a value: bad events, of the service's doing.
    pub fn without_value(&self) -> u64 {
        self.unsent_for(NotSent::NoValue)
    }

    /// Later steps of journeys that there was nothing to send for: none of them was withheld by the generator.
    pub fn unsendable(&self) -> u64 {
        self.not_followed() + self.without_value()
    }

    /// Whole responses.
    pub fn completed_total(&self) -> u64 {
        self.completed.values().sum()
    }

    /// Responses with a status in an inclusive range.
    pub fn completed_between(&self, from: u16, to: u16) -> u64 {
        if from > to {
            return 0;
        }
        self.completed.range(from..=to).map(|(_, n)| n).sum()
    }

    /// Requests that the server may or may not have seen and counted.
    pub fn ambiguous(&self) -> u64 {
        self.timed_out + self.broken
    }

    /// All outcomes.
    pub fn total(&self) -> u64 {
        self.completed_total() + self.timed_out + self.connect_failed + self.broken + self.not_sent
    }
}

/// The generator's report on itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GeneratorFacts {
    /// Planned arrivals over the whole run.
    pub planned: u64,
    /// Arrivals sent.
    pub sent: u64,
    /// Planned length of the load.
    pub planned_duration: Millis,
    /// How long sending took, from the start of the load to the last request sent.
    pub sending_duration: Millis,
    /// Cap on requests in flight.
    pub max_in_flight: u32,
    /// Arrivals that had to wait for a free place.
    pub waited_for_place: u64,
    /// Processor time this process used per second of load, in cores.
    pub cpu_cores_used: Option<f64>,
    /// Cores it may use: the quota of its control group where there is one, else its processors.
    pub cpu_cores: Option<f64>,
    /// Threads that sent, each with connections of its own.
    #[serde(default)]
    pub workers: Option<u32>,
    /// Connections opened; 1 per place in flight that was ever used, unless the service closes them.
    #[serde(default)]
    pub connections: Option<u64>,
    /// How long all places in flight were taken while an arrival waited, summed over workers.
    #[serde(default)]
    pub full_ms: Option<u64>,
    /// Processor time per second, in cores, that was spent awaiting intended times: no work, and no sign of strain.
    #[serde(default)]
    pub spinning_cores: Option<f64>,
    /// Share of the machine's time that its host gave to others.
    #[serde(default)]
    pub steal_share: Option<Ratio>,
    /// How long a processor quota kept this process from running. `None` without a quota.
    #[serde(default)]
    pub throttled_ms: Option<u64>,
    /// How often it did.
    #[serde(default)]
    pub throttled_times: Option<u64>,
    /// Connections that were lost and opened again.
    #[serde(default)]
    pub reopened: Option<u64>,
    /// Late heartbeats during the load.
    #[serde(default)]
    pub pauses: Option<Pauses>,
    /// Whether the service is on this machine; `None` if that was not looked at.
    #[serde(default)]
    pub shared_host: Option<bool>,
    /// Processors that both may use, where the service is this program's own child.
    #[serde(default)]
    pub shared_cores: Option<u32>,
    /// What of this machine's limits might not hold out, as it was told before the start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tight_limits: Vec<String>,
    /// The service set the pace: the next request went out when the last was answered. Latencies are those of a load
    /// that gave way, and say nothing about one that would not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed_loop: bool,
    /// Longest time the heartbeat thread did not get to run beyond its period: a pause of the whole machine or process.
    pub longest_pause_ms: Option<u64>,
}

impl GeneratorFacts {
    /// Share of planned arrivals that were sent.
    pub fn sent_share(&self) -> Option<Ratio> {
        Ratio::of(self.sent, self.planned)
    }
}

impl Ledger {
    /// Cells of one route, in phase order.
    pub fn route<'a>(&'a self, id: &'a RouteId) -> impl Iterator<Item = &'a Cell> {
        self.cells.iter().filter(move |c| c.route == *id)
    }

    /// All cells of measured phases.
    pub fn measured(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(|c| c.measured)
    }

    /// Outcomes summed over cells.
    pub fn sum_outcomes<'a>(cells: impl IntoIterator<Item = &'a Cell>) -> OutcomeCounts {
        let mut sum = OutcomeCounts::default();
        for cell in cells {
            sum.merge(&cell.outcomes);
        }
        sum
    }

    /// One histogram merged over cells.
    pub fn merge_histograms<'a>(
        cells: impl IntoIterator<Item = &'a Cell>,
        pick: impl Fn(&Cell) -> &LatencyHistogram,
    ) -> LatencyHistogram {
        let mut merged = LatencyHistogram::default();
        for cell in cells {
            merged.merge(pick(cell));
        }
        merged
    }
}
