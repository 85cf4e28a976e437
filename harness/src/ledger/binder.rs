//! Binds the recorders of all workers into one ledger, and their windows into rows as seconds close.

use std::collections::BTreeMap;

use super::book::{GeneratorFacts, LEDGER_SCHEMA_VERSION, Ledger};
use super::histogram::LatencyHistogram;
use super::recorder::{Closed, Layout, Recorded};
use super::window::{Window, WindowRow};
use crate::model::RouteId;

/// A closed window's histogram, for the interval log. There is one only where something was sent.
#[derive(Debug, Clone)]
pub struct ClosedWindow {
    /// The second.
    pub second: u64,
    /// The route.
    pub route: RouteId,
    /// Response times of the arrivals due in it.
    pub response: LatencyHistogram,
}

/// A ledger being bound. Its memory grows by one [`WindowRow`] per route, phase and second, and by nothing else.
#[derive(Debug)]
pub struct Binder {
    layout: Layout,
    /// For each worker, the first second that it has not closed.
    open_from: Vec<u64>,
    pending: BTreeMap<(u64, usize), Window>,
    rows: Vec<WindowRow>,
    recorded: Option<Recorded>,
}

impl Binder {
    /// For so many workers, at least one.
    pub fn new(layout: Layout, workers: usize) -> Self {
        Self {
            layout,
            open_from: vec![0; workers.max(1)],
            pending: BTreeMap::new(),
            rows: Vec::new(),
            recorded: None,
        }
    }

    /// Takes windows that a worker has closed; hands those that no worker has open any more to `log`, oldest first, one
    /// by one: all at once would be the whole run in memory if a worker were the last by far.
    pub fn close(&mut self, worker: usize, closed: Closed, log: impl FnMut(&ClosedWindow)) {
        for (second, index, window) in closed.windows {
            self.pending
                .entry((second, index))
                .or_default()
                .merge(window);
        }
        self.open_from[worker] = closed.before;
        let before = self.open_from.iter().copied().min().unwrap_or(0);
        self.close_before(before, log);
    }

    /// Takes what a worker has recorded over the whole run.
    pub fn add(&mut self, recorded: Recorded) {
        match &mut self.recorded {
            Some(sum) => sum.merge(recorded),
            None => self.recorded = Some(recorded),
        }
    }

    /// The rows of the last second that is closed, one per route and phase.
    pub fn latest(&self) -> &[WindowRow] {
        let Some(last) = self.rows.last() else {
            return &[];
        };
        let first = self.rows.partition_point(|row| row.second < last.second);
        &self.rows[first..]
    }

    /// The ledger; the windows that were still open go to `log`.
    pub fn finish(mut self, generator: GeneratorFacts, log: impl FnMut(&ClosedWindow)) -> Ledger {
        self.close_before(u64::MAX, log);
        let recorded = self
            .recorded
            .unwrap_or_else(|| Recorded::empty(&self.layout));
        let (slowest, failed) = recorded.kept(&self.layout);
        Ledger {
            schema_version: LEDGER_SCHEMA_VERSION,
            cells: recorded.cells,
            windows: self.rows,
            slowest,
            failed,
            generator,
            watch: Vec::new(),
        }
    }

    fn close_before(&mut self, second: u64, mut log: impl FnMut(&ClosedWindow)) {
        let phases = self.layout.phases.len();
        while let Some(first) = self.pending.first_entry() {
            let (due, index) = *first.key();
            if due >= second {
                return;
            }
            let (route, phase) = (index / phases, index % phases);
            let (row, response) = first.remove().close(due, route, phase);
            self.rows.push(row);
            if let Some(response) = response {
                log(&ClosedWindow {
                    second: due,
                    route: self.layout.routes[route].0.clone(),
                    response,
                });
            }
        }
    }
}
