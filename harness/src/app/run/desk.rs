//! The desk: the one place where what the workers recorded becomes a ledger, and closed windows a log.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::super::interrupt::Interrupt;
use crate::ledger::{Binder, ClosedWindow, GeneratorFacts, IntervalLog, Ledger, Recorded};
use crate::load::engine::Running;
use crate::model::Timestamp;

/// Takes windows as workers close them, and what the workers recorded at the end.
pub(super) struct Desk {
    pub(super) binder: Binder,
    log: LogFile<BufWriter<File>>,
}

impl Desk {
    /// A desk for a load that starts at `start`; without a log file the ledger is written all the same.
    pub(super) fn new(
        binder: Binder,
        file: anyhow::Result<BufWriter<File>>,
        start: Timestamp,
    ) -> Self {
        Self {
            binder,
            log: LogFile::start(file, start),
        }
    }

    /// Takes windows until the last worker is done; `tick` is called four times a second. The first interrupt stops
    /// the sending, and what is in flight is still awaited; the second gives that up, too.
    pub(super) async fn take(
        &mut self,
        running: &mut Running,
        began: Instant,
        interrupt: &Interrupt,
        mut tick: impl FnMut(&Self, Duration),
    ) {
        let mut ticker = tokio::time::interval(Duration::from_millis(250));
        let progress = Arc::clone(&running.progress);
        loop {
            tokio::select! {
                biased;
                _ = ticker.tick() => tick(self, began.elapsed()),
                () = interrupt.first(), if !progress.stop.load(Ordering::Relaxed) => {
                    progress.stop.store(true, Ordering::Relaxed);
                }
                () = interrupt.second(), if !progress.cut.load(Ordering::Relaxed) => {
                    progress.cut.store(true, Ordering::Relaxed);
                }
                closed = running.windows.recv() => match closed {
                    Some((worker, closed)) => {
                        self.binder.close(worker, closed, |window| self.log.append(window));
                    }
                    None => return,
                },
            }
        }
    }

    /// The ledger, and why the log is incomplete, if it is.
    pub(super) fn finish(
        mut self,
        recorded: Vec<Recorded>,
        facts: GeneratorFacts,
    ) -> (Ledger, Option<anyhow::Error>) {
        for part in recorded {
            self.binder.add(part);
        }
        let ledger = self.binder.finish(facts, |window| self.log.append(window));
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
