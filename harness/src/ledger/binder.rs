//! Binds the recorders of all workers into one ledger, and their windows into rows as seconds close.

use std::collections::BTreeMap;

use super::book::{GeneratorFacts, LEDGER_SCHEMA_VERSION, Ledger};
use super::histogram::LatencyHistogram;
use super::recorder::{Closed, Layout, Recorded};
use super::window::{Window, WindowRow};
use crate::model::RouteId;

/// A closed window's histogram, for the interval log.
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

    /// Takes windows that a worker has closed; hands over those that no worker has open any more, oldest first.
    pub fn close(&mut self, worker: usize, closed: Closed) -> Vec<ClosedWindow> {
        for (second, index, window) in closed.windows {
            self.pending
                .entry((second, index))
                .or_default()
                .merge(window);
        }
        self.open_from[worker] = closed.before;
        let before = self.open_from.iter().copied().min().unwrap_or(0);
        self.close_before(before)
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

    /// The ledger, and the windows that were still open.
    pub fn finish(mut self, generator: GeneratorFacts) -> (Ledger, Vec<ClosedWindow>) {
        let closed = self.close_before(u64::MAX);
        let recorded = self
            .recorded
            .unwrap_or_else(|| Recorded::empty(&self.layout));
        let (slowest, failed) = recorded.kept(&self.layout);
        let ledger = Ledger {
            schema_version: LEDGER_SCHEMA_VERSION,
            cells: recorded.cells,
            windows: self.rows,
            slowest,
            failed,
            generator,
            watch: Vec::new(),
        };
        (ledger, closed)
    }

    fn close_before(&mut self, second: u64) -> Vec<ClosedWindow> {
        let still_open = self.pending.split_off(&(second, 0));
        let closing = std::mem::replace(&mut self.pending, still_open);
        let phases = self.layout.phases.len();
        closing
            .into_iter()
            .map(|((second, index), window)| {
                let (route, phase) = (index / phases, index % phases);
                let (row, response) = window.close(second, route, phase);
                self.rows.push(row);
                ClosedWindow {
                    second,
                    route: self.layout.routes[route].0.clone(),
                    response,
                }
            })
            .collect()
    }
}
