//! The desk: the one place where samples become a ledger and closed windows a log.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::super::interrupt::Interrupt;
use crate::ledger::{ClosedWindow, GeneratorFacts, IntervalLog, Ledger, Recorder, Sample};
use crate::load::Progress;
use crate::model::{Millis, Timestamp};

/// A window is closed this long after the last of its arrivals must have timed out: scheduling may add a little.
const CLOSING_SLACK: Duration = Duration::from_secs(2);

/// Records every sample, and closes the windows that no sample can reach any more.
pub(super) struct Desk {
    pub(super) recorder: Recorder,
    log: LogFile<BufWriter<File>>,
    /// Seconds that the pacer has passed, and when: their arrivals are all sent.
    closing: Vec<(u64, Instant)>,
    allowance: Duration,
}

impl Desk {
    /// A desk for a load that starts at `start`; without a log file the ledger is written all the same.
    pub(super) fn new(
        recorder: Recorder,
        file: anyhow::Result<BufWriter<File>>,
        start: Timestamp,
        timeout: Millis,
    ) -> Self {
        Self {
            recorder,
            log: LogFile::start(file, start),
            closing: Vec::new(),
            allowance: Duration::from(timeout) + CLOSING_SLACK,
        }
    }

    /// Takes samples until the last sender is gone; `tick` is called four times a second. The first interrupt stops
    /// the pacer, and what is in flight is still taken.
    pub(super) async fn take(
        &mut self,
        mut samples: mpsc::UnboundedReceiver<Sample>,
        began: Instant,
        progress: &Progress,
        interrupt: &Interrupt,
        mut tick: impl FnMut(&Self, Duration),
    ) {
        let mut ticker = tokio::time::interval(Duration::from_millis(250));
        loop {
            tokio::select! {
                biased;
                _ = ticker.tick() => {
                    self.close_windows(progress);
                    tick(self, began.elapsed());
                }
                () = interrupt.first(), if !progress.stop.load(Ordering::Relaxed) => {
                    progress.stop.store(true, Ordering::Relaxed);
                }
                sample = samples.recv() => match sample {
                    Some(sample) => self.recorder.record(&sample),
                    None => return,
                },
            }
        }
    }

    fn close_windows(&mut self, progress: &Progress) {
        let passed = progress.pacer_us.load(Ordering::Relaxed) / 1_000_000;
        if self
            .closing
            .last()
            .is_none_or(|(second, _)| *second < passed)
        {
            self.closing.push((passed, Instant::now()));
        }
        let Some(due) = self
            .closing
            .iter()
            .rposition(|(_, at)| at.elapsed() >= self.allowance)
        else {
            return;
        };
        let (second, _) = self.closing[due];
        self.closing.drain(..=due);
        for window in self.recorder.close_before(second) {
            self.log.append(&window);
        }
    }

    /// The ledger, and why the log is incomplete, if it is.
    pub(super) fn finish(mut self, facts: GeneratorFacts) -> (Ledger, Option<anyhow::Error>) {
        let (ledger, rest) = self.recorder.finish(facts);
        for window in &rest {
            self.log.append(window);
        }
        (ledger, self.log.finish().err())
    }
}

/// `latency.hlog`, as far as it could be written. What the disk says must not end the load or take the verdict away.
struct LogFile<W: Write>(anyhow::Result<IntervalLog<W>>);

impl<W: Write> LogFile<W> {
    fn start(file: anyhow::Result<W>, start: Timestamp) -> Self {
        Self(file.and_then(|file| IntervalLog::start(file, start).map_err(unwritten)))
    }

    fn append(&mut self, window: &ClosedWindow) {
        if let Ok(log) = &mut self.0
            && let Err(error) = log.append(window)
        {
            self.0 = Err(unwritten(error));
        }
    }

    fn finish(self) -> anyhow::Result<()> {
        self.0?.finish().map(drop).map_err(unwritten)
    }
}

fn unwritten(error: std::io::Error) -> anyhow::Error {
    anyhow::Error::from(error).context("cannot write latency.hlog")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::LatencyHistogram;
    use crate::model::RouteId;

    /// A disk with room for so many bytes.
    struct Disk(usize);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let Some(left) = self.0.checked_sub(bytes.len()) else {
                return Err(std::io::ErrorKind::StorageFull.into());
            };
            self.0 = left;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_told_at_the_end_and_ends_nothing() {
        let window = |second| {
            let mut response = LatencyHistogram::default();
            response.record(1000);
            ClosedWindow {
                second,
                route: RouteId::new("get").unwrap(),
                response,
            }
        };
        for room in [0, 200] {
            let mut log = LogFile::start(Ok(Disk(room)), Timestamp(1_800_000_000_000));
            (0..20).for_each(|second| log.append(&window(second)));
            let error = format!("{:#}", log.finish().unwrap_err());
            assert!(error.starts_with("cannot write latency.hlog: "), "{error}");
        }
    }
}
