//! The work itself.

use std::{pin::pin, sync::Arc};

use jiff::Timestamp;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::{Chance, Event, Journal, Pace, Rows, RowsError};

/// Tells the time.
pub type Clock = fn() -> Timestamp;

/// Everything that the work needs.
pub struct Work {
    /// Where rows go.
    pub rows: Arc<dyn Rows>,
    /// Who is told.
    pub journal: Arc<dyn Journal>,
    /// Which ticks fail.
    pub chance: Chance,
    /// How often.
    pub pace: Pace,
    /// The time that goes into the rows.
    pub clock: Clock,
}

/// The database did not come up in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("database not ready after {attempts} attempts ({place}): {last}")]
pub struct NeverReady {
    /// Tries made.
    pub attempts: u32,
    /// Where it was looked for.
    pub place: String,
    /// What the last try said.
    pub last: RowsError,
}

impl Work {
    /// Waits, then writes until `stop`. A wait is broken off, a tick under way is finished.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), NeverReady> {
        let mut stop = pin!(stop);
        tokio::select! {
            biased;
            () = &mut stop => return Ok(()),
            waited = self.wait() => waited?,
        }
        self.write(stop).await;
        Ok(())
    }

    /// Returns once the database answers and the table is there.
    pub async fn wait(&self) -> Result<(), NeverReady> {
        self.journal.tell(Event::Waiting);
        let of = self.pace.attempts;
        let mut n = 0;
        while let Err(error) = self.rows.ping().await {
            let event = Event::NotYetReady {
                n,
                of,
                error: &error,
            };
            self.journal.tell(event);
            n += 1;
            if n >= of {
                return Err(NeverReady {
                    attempts: n,
                    place: self.rows.place(),
                    last: error,
                });
            }
            sleep(self.pace.connect_interval).await;
        }
        self.journal.tell(Event::Ready);
        Ok(())
    }

    /// Ticks until `stop`; the first tick is now. After a slow tick the next one comes at once, and those
    /// that should have come meanwhile are left out.
    pub async fn write(&self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut ticks = interval(self.pace.write_interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = &mut stop => return,
                _ = ticks.tick() => {}
            }
            self.tick().await;
        }
    }

    async fn tick(&self) {
        if let Some(text) = self.chance.next() {
            self.journal.tell(Event::Simulated(text));
            return;
        }
        self.journal.tell(Event::Adding);
        let data = format!("{} data", (self.clock)().as_nanosecond());
        match self.rows.insert(data).await {
            Ok(()) => self.journal.tell(Event::Added),
            Err(error) => self.journal.tell(Event::Failed(&error)),
        }
    }
}
