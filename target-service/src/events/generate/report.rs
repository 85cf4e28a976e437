//! What was sent against what is stored.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use super::{Outcome, replay::Sent};
use crate::events::routes::Stats;

/// The result of a replay.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Events that were answered with a success.
    pub acknowledged: Counts,
    /// What the service's sums grew by; they shrink when it forgets.
    pub stored: Counts,
    /// Events that were not acknowledged, by status or `no answer`.
    pub failed: BTreeMap<String, u64>,
    /// From the first request to the last answer.
    pub seconds: f64,
    /// Whether every acknowledged event is stored, and nothing else.
    pub agree: bool,
}

/// Events by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Delivered mails.
    pub delivered: i64,
    /// Bounced mails.
    pub bounced: i64,
}

impl Counts {
    fn all(self) -> i64 {
        self.delivered + self.bounced
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (all, delivered, bounced) = (self.all(), self.delivered, self.bounced);
        write!(f, "{all} ({delivered} delivered, {bounced} bounced)")
    }
}

impl Report {
    pub(super) fn new(sent: Sent, before: Stats, after: Stats) -> Self {
        let acknowledged = Counts {
            delivered: sent.acknowledged.delivered as i64,
            bounced: sent.acknowledged.bounced as i64,
        };
        let stored = Counts {
            delivered: after.delivered as i64 - before.delivered as i64,
            bounced: after.bounced as i64 - before.bounced as i64,
        };
        Self {
            acknowledged,
            stored,
            failed: sent.failed,
            seconds: sent.duration.as_secs_f64(),
            agree: acknowledged == stored,
        }
    }

    /// Failures are bad even when the sums agree: a service that refuses everything stores nothing.
    pub(super) fn outcome(&self) -> Outcome {
        if self.agree && self.failed.is_empty() {
            Outcome::Good
        } else {
            Outcome::Bad
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "acknowledged  {}", self.acknowledged)?;
        writeln!(f, "stored        {}", self.stored)?;
        write!(f, "failed        {}", self.failed.values().sum::<u64>())?;
        let mut separator = ": ";
        for (reason, count) in &self.failed {
            write!(f, "{separator}{count} with {reason}")?;
            separator = ", ";
        }
        let rate = self.acknowledged.all() as f64 / self.seconds;
        writeln!(
            f,
            "\nduration      {:.3} s, {rate:.0} acknowledged per second",
            self.seconds
        )?;
        let verdict = if self.agree {
            "every acknowledged event is stored, and nothing else"
        } else {
            "THE STORE DOES NOT AGREE with what was acknowledged"
        };
        write!(f, "verdict       {verdict}")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::events::domain::Tally;

    fn report(delivered_after: u64, failed: &[(&str, u64)]) -> Report {
        let failed = failed
            .iter()
            .map(|(reason, count)| ((*reason).to_owned(), *count));
        let sent = Sent {
            acknowledged: Tally {
                delivered: 10,
                bounced: 1,
            },
            failed: failed.collect(),
            duration: Duration::from_millis(500),
        };
        let stats = |delivered, bounced| Stats {
            domains: 1,
            delivered,
            bounced,
        };
        Report::new(sent, stats(100, 5), stats(delivered_after, 6))
    }

    #[test]
    fn only_a_replay_without_loss_excess_and_failure_is_good() {
        assert_eq!(report(110, &[]).outcome(), Outcome::Good);
        assert_eq!(report(109, &[]).outcome(), Outcome::Bad);
        assert_eq!(report(111, &[]).outcome(), Outcome::Bad);
        assert_eq!(report(110, &[("503", 2)]).outcome(), Outcome::Bad);
        assert_eq!(report(0, &[]).stored.delivered, -100);
    }

    #[test]
    fn the_text_tells_counts_reasons_and_the_verdict() {
        let text = report(109, &[("503", 2), ("no answer", 1)]).to_string();
        assert_eq!(
            text,
            "acknowledged  11 (10 delivered, 1 bounced)\n\
             stored        10 (9 delivered, 1 bounced)\n\
             failed        3: 2 with 503, 1 with no answer\n\
             duration      0.500 s, 22 acknowledged per second\n\
             verdict       THE STORE DOES NOT AGREE with what was acknowledged"
        );
    }
}
