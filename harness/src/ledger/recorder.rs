//! Turns samples into cells and windows, one after the other, in whatever order they arrive. Each worker has one of its
//! own; a [`Binder`](super::Binder) makes a ledger of all.

use super::book::{Cell, OutcomeCounts};
use super::histogram::LatencyHistogram;
use super::kept::{Kept, micros};
use super::sample::{KeptSample, Sample};
use super::seconds::{Placed, Seconds};
use crate::model::outcome::NotSent;
use crate::model::{Outcome, PhaseId, RouteId};

/// A route and phase of the plan as far as the ledger needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Routes in plan order with their good statuses.
    pub routes: Vec<(RouteId, Vec<u16>)>,
    /// Phases in plan order and whether they are measured.
    pub phases: Vec<(PhaseId, bool)>,
}

/// Records the arrivals of one worker. Nothing is allocated per arrival, but for the first of a second, the few that
/// are kept, and a histogram that outgrows its range.
#[derive(Debug)]
pub struct Recorder {
    layout: Layout,
    recorded: Recorded,
    seconds: Seconds,
}

/// What one worker, or several, recorded over a whole run.
#[derive(Debug)]
pub struct Recorded {
    pub(super) cells: Vec<Cell>,
    kept: Vec<Kept>,
}

/// Windows that a worker has closed.
#[derive(Debug)]
pub struct Closed {
    /// All seconds before this one are closed.
    pub before: u64,
    pub(super) windows: Vec<Placed>,
}

impl Closed {
    /// Whether it brings windows.
    pub fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }
}

impl Recorder {
    /// An empty one.
    pub fn new(layout: Layout) -> Self {
        Self {
            recorded: Recorded::empty(&layout),
            seconds: Seconds::new(layout.routes.len() * layout.phases.len()),
            layout,
        }
    }

    /// An arrival due in this second was taken: its outcome will be recorded, and the second stays open until then.
    pub fn expect(&mut self, second: u64) {
        self.seconds.expect(second);
    }

    /// Records the outcome of one expected arrival; call it exactly once for each.
    pub fn record(&mut self, sample: &Sample) {
        let good = self.is_good(sample.route, &sample.outcome);
        let index = sample.route * self.layout.phases.len() + sample.phase;
        let cell = &mut self.recorded.cells[index];
        cell.planned += 1;
        cell.good += u64::from(good);
        cell.outcomes.add(&sample.outcome);
        let response = micros(sample.response());
        if let Some(sent) = sample.sent {
            // Due, not sent: a late generator must not look like a fast server.
            cell.response.record(response);
            cell.delay.record(micros(sent.saturating_sub(sample.due)));
            if !good {
                cell.errors.get_or_insert_default().record(response);
            }
            match sample.outcome {
                Outcome::Completed { .. } => cell
                    .service
                    .record(micros(sample.done.saturating_sub(sent))),
                Outcome::TimedOut => cell.censored.record(response),
                _ => {}
            }
        }
        let sent = sample.sent.is_some().then_some(response);
        self.seconds.record(sample.due.as_secs(), index, sent, good);
        self.recorded.kept[sample.route].look_at(sample, good);
    }

    /// Whether [`Self::record_unsent`] would leave out something of this arrival that the ledger keeps: the first bad
    /// outcomes of each route are kept one by one. If not, it would not of a later arrival of the route either.
    pub fn keeps_failed(&self, route: usize, seq: u64) -> bool {
        self.recorded.kept[route].wants_failed(seq)
    }

    /// Records so many arrivals at once that nobody expected, that were due in one second of a phase, and that were
    /// never sent. Those that [are kept](Self::keeps_failed) must be recorded one by one.
    pub fn record_unsent(
        &mut self,
        second: u64,
        (route, phase): (usize, usize),
        arrivals: u64,
        why: NotSent,
    ) {
        if arrivals == 0 {
            return;
        }
        let index = route * self.layout.phases.len() + phase;
        let cell = &mut self.recorded.cells[index];
        cell.planned += arrivals;
        cell.outcomes.add_not_sent(why, arrivals);
        self.seconds.add_unsent(second, index, arrivals);
    }

    /// Whether an outcome on a route is good: a whole response with an expected status.
    pub fn is_good(&self, route: usize, outcome: &Outcome) -> bool {
        matches!(outcome, Outcome::Completed { status, .. } if self.layout.routes[route].1.contains(status))
    }

    /// Closes the oldest seconds before `passed` of which every arrival has its outcome. All arrivals due before
    /// `passed` must have been taken.
    pub fn close(&mut self, passed: u64) -> Closed {
        let mut windows = Vec::new();
        let before = self.seconds.close(passed, &mut windows);
        Closed { before, windows }
    }

    /// Closes everything.
    pub fn finish(mut self) -> (Recorded, Closed) {
        let closed = self.close(u64::MAX);
        (self.recorded, closed)
    }
}

impl Recorded {
    pub(super) fn empty(layout: &Layout) -> Self {
        let cell = |route: &RouteId, (phase, measured): &(PhaseId, bool)| Cell {
            route: route.clone(),
            phase: phase.clone(),
            measured: *measured,
            planned: 0,
            good: 0,
            outcomes: OutcomeCounts::default(),
            response: LatencyHistogram::default(),
            censored: LatencyHistogram::default(),
            errors: None,
            service: LatencyHistogram::default(),
            delay: LatencyHistogram::default(),
        };
        let cells = layout
            .routes
            .iter()
            .flat_map(|(route, _)| layout.phases.iter().map(move |phase| cell(route, phase)))
            .collect();
        Self {
            cells,
            kept: vec![Kept::default(); layout.routes.len()],
        }
    }

    /// Adds what another worker recorded of the same plan.
    pub(super) fn merge(&mut self, other: Self) {
        for (cell, theirs) in self.cells.iter_mut().zip(other.cells) {
            cell.merge(&theirs);
        }
        for (kept, theirs) in self.kept.iter_mut().zip(other.kept) {
            kept.merge(theirs);
        }
    }

    /// The slowest, and the first failed, of all routes.
    pub(super) fn kept(&self, layout: &Layout) -> (Vec<KeptSample>, Vec<KeptSample>) {
        let mut all = (Vec::new(), Vec::new());
        for kept in &self.kept {
            let (slowest, failed) = kept.clone().shown(layout);
            all.0.extend(slowest);
            all.1.extend(failed);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::kept::KEPT;
    use crate::ledger::sample::TraceId;
    use crate::ledger::{Binder, ClosedWindow, GeneratorFacts, Ledger};
    use proptest::prelude::*;
    use std::time::Duration;

    fn layout() -> Layout {
        Layout {
            routes: vec![
                (RouteId::new("get").unwrap(), vec![200]),
                (RouteId::new("put").unwrap(), vec![204]),
            ],
            phases: vec![
                (PhaseId::new("warmup").unwrap(), false),
                (PhaseId::new("main").unwrap(), true),
            ],
        }
    }

    /// The ledger that so many workers write of these samples, dealt out in turn, each closing seconds as it goes.
    fn bound(samples: &[&Sample], workers: usize) -> (Ledger, Vec<ClosedWindow>) {
        let mut binder = Binder::new(layout(), workers);
        let mut closed = Vec::new();
        for worker in 0..workers {
            let mut writer = Recorder::new(layout());
            let own: Vec<_> = samples.iter().skip(worker).step_by(workers).collect();
            for sample in &own {
                writer.expect(sample.due.as_secs());
            }
            for sample in own {
                writer.record(sample);
                binder.close(worker, writer.close(5), |w| closed.push(w.clone()));
            }
            let (recorded, rest) = writer.finish();
            binder.close(worker, rest, |w| closed.push(w.clone()));
            binder.add(recorded);
        }
        let rest = |_: &ClosedWindow| panic!("every worker has closed every second");
        let ledger = binder.finish(GeneratorFacts::default(), rest);
        (ledger, closed)
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
                    trace_id: TraceId(1),
                }
            })
    }

    proptest! {
        #[test]
        fn every_arrival_has_exactly_one_outcome(
            samples in prop::collection::vec(sample(), 0..600),
            workers in 1_usize..5,
        ) {
            let (ledger, closed) = bound(&samples.iter().collect::<Vec<_>>(), workers);
            for cell in &ledger.cells {
                prop_assert_eq!(cell.planned, cell.outcomes.total());
                prop_assert_eq!(cell.response.count(), cell.planned - cell.outcomes.not_sent);
                prop_assert_eq!(cell.service.count(), cell.outcomes.completed_total());
                prop_assert_eq!(cell.censored.count(), cell.outcomes.timed_out);
                let errors = cell.planned - cell.good - cell.outcomes.not_sent;
                prop_assert_eq!(cell.errors.as_ref().map_or(0, LatencyHistogram::count), errors);
                prop_assert_eq!(cell.errors.is_some(), errors > 0);
            }
            let planned: u64 = ledger.cells.iter().map(|c| c.planned).sum();
            prop_assert_eq!(planned, samples.len() as u64);
            prop_assert_eq!(ledger.windows.iter().map(|w| w.planned).sum::<u64>(), planned);
            let bad: u64 = ledger.cells.iter().map(|c| c.planned - c.good).sum();
            prop_assert_eq!(ledger.windows.iter().map(|w| w.bad).sum::<u64>(), bad);
            let sent: u64 = ledger.cells.iter().map(|c| c.response.count()).sum();
            prop_assert_eq!(closed.iter().map(|w| w.response.count()).sum::<u64>(), sent);
            prop_assert!(closed.iter().all(|w| !w.response.is_empty()), "of windows where something was sent only");
        }

        #[test]
        fn the_ledger_depends_neither_on_the_order_of_outcomes_nor_on_the_number_of_workers(
            samples in prop::collection::vec(sample(), 0..300),
            workers in 2_usize..5,
        ) {
            let mut samples = samples;
            samples.sort_by_key(|s| s.seq);
            samples.dedup_by_key(|s| s.seq);
            let forward: Vec<_> = samples.iter().collect();
            let backward: Vec<_> = samples.iter().rev().collect();
            let alone = bound(&forward, 1).0;
            prop_assert_eq!(&alone, &bound(&backward, 1).0);
            prop_assert_eq!(&alone, &bound(&forward, workers).0);
        }
    }

    #[test]
    fn the_slowest_and_the_first_failed_are_kept_in_order() {
        let samples: Vec<Sample> = (0..100)
            .map(|i| Sample {
                seq: i,
                route: 0,
                phase: 1,
                due: Duration::ZERO,
                sent: Some(Duration::ZERO),
                done: Duration::from_millis(i),
                outcome: Outcome::Completed {
                    status: if i % 10 == 0 { 500 } else { 200 },
                    bytes: 0,
                },
                trace_id: TraceId(u128::from(i)),
            })
            .collect();
        let (ledger, _) = bound(&samples.iter().collect::<Vec<_>>(), 3);
        assert_eq!(ledger.slowest.len(), KEPT);
        assert_eq!(ledger.slowest[0].trace_id, format!("{:032x}", 99));
        assert_eq!(
            ledger.failed.iter().map(|s| s.seq).collect::<Vec<_>>(),
            [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]
        );
    }
}
