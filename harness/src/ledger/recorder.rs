//! Turns samples into a ledger, one after the other, in whatever order they arrive.

use std::collections::BTreeMap;
use std::time::Duration;

use super::book::{Cell, GeneratorFacts, LEDGER_SCHEMA_VERSION, Ledger, OutcomeCounts};
use super::histogram::LatencyHistogram;
use super::sample::{KeptSample, Sample};
use super::window::{ClosedWindow, OpenWindow, WindowRow};
use crate::model::{Outcome, PhaseId, RouteId};

/// How many slow and how many failed samples are kept per route.
const KEPT: usize = 20;

/// A route and phase of the plan as far as the ledger needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Routes in plan order with their good statuses.
    pub routes: Vec<(RouteId, Vec<u16>)>,
    /// Phases in plan order and whether they are measured.
    pub phases: Vec<(PhaseId, bool)>,
}

/// A ledger being written.
#[derive(Debug)]
pub struct Recorder {
    layout: Layout,
    cells: Vec<Cell>,
    open: BTreeMap<(u64, usize, usize), OpenWindow>,
    rows: BTreeMap<(u64, usize, usize), WindowRow>,
    slowest: Vec<Vec<KeptSample>>,
    failed: Vec<Vec<KeptSample>>,
}

impl Recorder {
    /// An empty ledger.
    pub fn new(layout: Layout) -> Self {
        let cells = layout
            .routes
            .iter()
            .flat_map(|(route, _)| {
                layout.phases.iter().map(move |(phase, measured)| Cell {
                    route: route.clone(),
                    phase: phase.clone(),
                    measured: *measured,
                    planned: 0,
                    good: 0,
                    outcomes: OutcomeCounts::default(),
                    response: LatencyHistogram::default(),
                    service: LatencyHistogram::default(),
                    delay: LatencyHistogram::default(),
                })
            })
            .collect();
        let routes = layout.routes.len();
        Self {
            layout,
            cells,
            open: BTreeMap::new(),
            rows: BTreeMap::new(),
            slowest: vec![Vec::new(); routes],
            failed: vec![Vec::new(); routes],
        }
    }

    /// Records one arrival; call it exactly once for each.
    pub fn record(&mut self, sample: &Sample) {
        let good = self.is_good(sample.route, &sample.outcome);
        let cell = &mut self.cells[sample.route * self.layout.phases.len() + sample.phase];
        cell.planned += 1;
        cell.good += u64::from(good);
        cell.outcomes.add(&sample.outcome);
        let response = micros(sample.done.saturating_sub(sample.due));
        if let Some(sent) = sample.sent {
            // Due, not sent: a late generator must not look like a fast server.
            cell.response.record(response);
            cell.delay.record(micros(sent.saturating_sub(sample.due)));
            if matches!(sample.outcome, Outcome::Completed { .. }) {
                cell.service
                    .record(micros(sample.done.saturating_sub(sent)));
            }
        }
        self.record_window(sample, good, response);
        self.keep(sample, good, response);
    }

    /// Whether an outcome on a route is good: a whole response with an expected status.
    pub fn is_good(&self, route: usize, outcome: &Outcome) -> bool {
        matches!(outcome, Outcome::Completed { status, .. } if self.layout.routes[route].1.contains(status))
    }

    /// Closes the windows of all seconds before `second` and hands them over, oldest first. A sample that comes for
    /// a closed window still counts in its row, but no longer in its percentiles.
    pub fn close_before(&mut self, second: u64) -> Vec<ClosedWindow> {
        let still_open = self.open.split_off(&(second, 0, 0));
        let closing = std::mem::replace(&mut self.open, still_open);
        closing
            .into_iter()
            .map(|(key, window)| self.close(key, window))
            .collect()
    }

    /// The last row of every route in a second, for progress on the screen.
    pub fn peek(&self, second: u64) -> Vec<(usize, WindowRow)> {
        self.open
            .range((second, 0, 0)..(second + 1, 0, 0))
            .map(|((_, route, _), window)| (*route, window.row()))
            .collect()
    }

    /// Closes everything; the windows that were still open come with the ledger.
    pub fn finish(mut self, generator: GeneratorFacts) -> (Ledger, Vec<ClosedWindow>) {
        let closed = self.close_before(u64::MAX);
        let ledger = Ledger {
            schema_version: LEDGER_SCHEMA_VERSION,
            cells: self.cells,
            windows: self.rows.into_values().collect(),
            slowest: self.slowest.into_iter().flatten().collect(),
            failed: self.failed.into_iter().flatten().collect(),
            generator,
        };
        (ledger, closed)
    }

    fn record_window(&mut self, sample: &Sample, good: bool, response: u64) {
        let key = (sample.due.as_secs(), sample.route, sample.phase);
        if let Some(row) = self.rows.get_mut(&key) {
            row.planned += 1;
            row.sent += u64::from(sample.sent.is_some());
            row.bad += u64::from(!good);
            return;
        }
        let window = self
            .open
            .entry(key)
            .or_insert_with(|| OpenWindow::new(key.0, key.1, key.2));
        window.record(sample.sent.is_some().then_some(response), good);
    }

    fn close(&mut self, key: (u64, usize, usize), window: OpenWindow) -> ClosedWindow {
        self.rows.insert(key, window.row());
        ClosedWindow {
            second: key.0,
            route: self.layout.routes[key.1].0.clone(),
            response: window.into_histogram(),
        }
    }

    fn keep(&mut self, sample: &Sample, good: bool, response: u64) {
        if good {
            let slowest = &mut self.slowest[sample.route];
            let full = slowest.len() == KEPT;
            if full
                && slowest
                    .last()
                    .is_some_and(|last| last.response_us >= response)
            {
                return;
            }
            let place = slowest.partition_point(|s| s.response_us >= response);
            slowest.insert(place, kept(&self.layout, sample, response));
            slowest.truncate(KEPT);
        } else {
            // Outcomes arrive in order of completion; the first by arrival number are kept whatever that order.
            let failed = &mut self.failed[sample.route];
            let place = failed.partition_point(|s| s.seq < sample.seq);
            if place < KEPT {
                failed.insert(place, kept(&self.layout, sample, response));
                failed.truncate(KEPT);
            }
        }
    }
}

fn kept(layout: &Layout, sample: &Sample, response_us: u64) -> KeptSample {
    KeptSample {
        seq: sample.seq,
        route: layout.routes[sample.route].0.clone(),
        phase: layout.phases[sample.phase].0.clone(),
        due_us: micros(sample.due),
        response_us,
        service_us: sample
            .sent
            .map(|sent| micros(sample.done.saturating_sub(sent))),
        outcome: sample.outcome.clone(),
        trace_id: sample.trace_id.clone(),
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::outcome::NotSent;
    use proptest::prelude::*;

    fn recorder() -> Recorder {
        Recorder::new(Layout {
            routes: vec![
                (RouteId::new("get").unwrap(), vec![200]),
                (RouteId::new("put").unwrap(), vec![204]),
            ],
            phases: vec![
                (PhaseId::new("warmup").unwrap(), false),
                (PhaseId::new("main").unwrap(), true),
            ],
        })
    }

    fn outcome() -> impl Strategy<Value = Outcome> {
        prop_oneof![
            (200_u16..600).prop_map(|status| Outcome::Completed { status, bytes: 0 }),
            Just(Outcome::TimedOut),
            Just(Outcome::ConnectFailed),
            Just(Outcome::Broken {
                why: "reset".into()
            }),
            Just(Outcome::NotSent {
                why: NotSent::Behind
            }),
        ]
    }

    fn sample() -> impl Strategy<Value = Sample> {
        (
            0_usize..2,
            0_usize..2,
            0_u64..5_000_000,
            0_u64..1000,
            0_u64..3_000_000,
            outcome(),
        )
            .prop_map(|(route, phase, due, delay, took, outcome)| {
                let due = Duration::from_micros(due);
                let sent = due + Duration::from_micros(delay);
                let was_sent = !matches!(outcome, Outcome::NotSent { .. });
                Sample {
                    seq: due.as_micros() as u64,
                    route,
                    phase,
                    due,
                    sent: was_sent.then_some(sent),
                    done: sent + Duration::from_micros(took),
                    outcome,
                    trace_id: String::new(),
                }
            })
    }

    proptest! {
        #[test]
        fn every_arrival_has_exactly_one_outcome(samples in prop::collection::vec(sample(), 0..200)) {
            let mut recorder = recorder();
            for (i, sample) in samples.iter().enumerate() {
                recorder.record(sample);
                if i % 50 == 49 {
                    recorder.close_before(2);
                }
            }
            let (ledger, _) = recorder.finish(GeneratorFacts::default());
            for cell in &ledger.cells {
                prop_assert_eq!(cell.planned, cell.outcomes.total());
                prop_assert_eq!(cell.response.count(), cell.planned - cell.outcomes.not_sent);
                prop_assert_eq!(cell.service.count(), cell.outcomes.completed_total());
            }
            let planned: u64 = ledger.cells.iter().map(|c| c.planned).sum();
            prop_assert_eq!(planned, samples.len() as u64);
            prop_assert_eq!(ledger.windows.iter().map(|w| w.planned).sum::<u64>(), planned);
            let bad: u64 = ledger.cells.iter().map(|c| c.planned - c.good).sum();
            prop_assert_eq!(ledger.windows.iter().map(|w| w.bad).sum::<u64>(), bad);
        }

        #[test]
        fn the_ledger_does_not_depend_on_the_order_of_outcomes(samples in prop::collection::vec(sample(), 0..100)) {
            let write = |samples: &mut dyn Iterator<Item = &Sample>| {
                let mut recorder = recorder();
                samples.for_each(|s| recorder.record(s));
                let (ledger, _) = recorder.finish(GeneratorFacts::default());
                (ledger.cells, ledger.windows)
            };
            prop_assert_eq!(write(&mut samples.iter()), write(&mut samples.iter().rev()));
        }
    }

    #[test]
    fn the_slowest_and_the_first_failed_are_kept_in_order() {
        let mut recorder = recorder();
        for i in 0..100 {
            let status = if i % 10 == 0 { 500 } else { 200 };
            recorder.record(&Sample {
                seq: i,
                route: 0,
                phase: 1,
                due: Duration::ZERO,
                sent: Some(Duration::ZERO),
                done: Duration::from_millis(i),
                outcome: Outcome::Completed { status, bytes: 0 },
                trace_id: i.to_string(),
            });
        }
        let (ledger, _) = recorder.finish(GeneratorFacts::default());
        assert_eq!(ledger.slowest.len(), KEPT);
        assert_eq!(ledger.slowest[0].trace_id, "99");
        assert_eq!(
            ledger.failed.iter().map(|s| s.seq).collect::<Vec<_>>(),
            [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]
        );
    }
}
