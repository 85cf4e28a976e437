//! The load and the processor time it takes, about once a second.

use std::time::Duration;

use super::processor;
use crate::ledger::WatchRow;
use crate::load::Progress;

const SECOND: Duration = Duration::from_secs(1);

/// A last piece shorter than this says nothing: a clock tick would look like strain.
const SHORTEST: Duration = Duration::from_millis(100);

/// Rows so far, and the counts at the end of the last one.
#[derive(Debug)]
pub(super) struct Samples {
    rows: Vec<WatchRow>,
    /// A row ends here too, so that what was sent until then is known.
    length: Duration,
    at: Duration,
    next: Duration,
    cpu: Duration,
    spun: Duration,
    sent: u64,
    reopened: u64,
}

impl Samples {
    /// At the start of a load in which no arrival is due after `length`.
    pub(super) fn start(length: Duration, progress: &Progress) -> Self {
        Self {
            rows: Vec::new(),
            length,
            at: Duration::ZERO,
            next: SECOND.min(length),
            cpu: processor::time(),
            spun: progress.spun(),
            // What was due at once is part of the first second.
            sent: 0,
            reopened: 0,
        }
    }

    /// Ends a row if it is time.
    pub(super) fn look(&mut self, at: Duration, progress: &Progress) {
        if at < self.next {
            return;
        }
        self.end_row(at, progress);
        let second = Duration::from_secs(at.as_secs() + 1);
        self.next = if at < self.length {
            second.min(self.length)
        } else {
            second
        };
    }

    /// All rows; the last ends now.
    pub(super) fn finish(mut self, at: Duration, progress: &Progress) -> Vec<WatchRow> {
        if at >= self.at + SHORTEST || self.rows.is_empty() {
            self.end_row(at, progress);
        }
        self.rows
    }

    fn end_row(&mut self, at: Duration, progress: &Progress) {
        let (cpu, spun) = (processor::time(), progress.spun());
        let (sent, reopened) = (progress.sent(), progress.reopened());
        let length = at.saturating_sub(self.at).as_secs_f64();
        let cores = |time: Duration| {
            if length > 0.0 {
                time.as_secs_f64() / length
            } else {
                0.0
            }
        };
        self.rows.push(WatchRow {
            until_ms: at.as_millis() as u64,
            sent: sent - self.sent,
            reopened: reopened - self.reopened,
            cpu_cores_used: Some(cores(cpu.saturating_sub(self.cpu))),
            spinning_cores: cores(spun.saturating_sub(self.spun)),
        });
        (self.at, self.cpu, self.spun) = (at, cpu, spun);
        (self.sent, self.reopened) = (sent, reopened);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_end_with_seconds_and_with_the_planned_end_and_a_missed_second_is_part_of_the_next() {
        let progress = Progress::new(1);
        let lane = progress.lane(0);
        let mut samples = Samples::start(Duration::from_millis(3500), &progress);
        for ms in [500, 1001, 1500, 3200, 3500, 3999, 4002] {
            crate::load::progress::Lane::add(&lane.sent);
            samples.look(Duration::from_millis(ms), &progress);
        }
        let rows = samples.finish(Duration::from_millis(4050), &progress);
        let told: Vec<_> = rows.iter().map(|row| (row.until_ms, row.sent)).collect();
        assert_eq!(told, [(1001, 2), (3200, 2), (3500, 1), (4002, 2)]);
    }

    #[test]
    fn a_load_that_ends_at_once_has_a_row_too() {
        let progress = Progress::new(1);
        let samples = Samples::start(Duration::from_secs(1), &progress);
        let rows = samples.finish(Duration::from_millis(3), &progress);
        assert_eq!((rows.len(), rows[0].until_ms), (1, 3));
    }
}
