//! Patience with one server: ask, pause, ask again, and know when to give up.

use std::future::Future;

use crate::model::{Answer, Millis, Question, Reading, Series, Timeline, Timestamp};
use crate::telemetry::source::Source;

/// Failures in a row after which a server is given up.
const FAILURES: u32 = 3;

/// One server, one deadline.
pub(super) struct Waiting<'a, C, S> {
    source: &'a dyn Source,
    clock: &'a C,
    sleep: &'a S,
    began: Timestamp,
    deadline: Timestamp,
    baseline: Timestamp,
    failures: u32,
}

impl<'a, C, S, F> Waiting<'a, C, S>
where
    C: Fn() -> Timestamp,
    S: Fn(Millis) -> F,
    F: Future<Output = ()>,
{
    pub(super) fn new(
        source: &'a dyn Source,
        clock: &'a C,
        sleep: &'a S,
        deadline: Timestamp,
        baseline: Timestamp,
    ) -> Self {
        Self {
            source,
            clock,
            sleep,
            began: clock(),
            deadline,
            baseline,
            failures: 0,
        }
    }

    /// The time.
    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// How long the wait lasts so far.
    pub(super) fn waited(&self) -> Millis {
        self.now().since(self.began)
    }

    /// Pauses; `false` when the deadline has come: a question asked then would leave the server no time to answer it.
    pub(super) async fn pause(&self, length: Millis) -> bool {
        let left = self.deadline.since(self.now());
        (self.sleep)(length.min(left)).await;
        left > length
    }

    /// Asks for one number as of `at`. `Ok(Err(_))` is a failure that may pass; `Err` means that the server is given up.
    pub(super) async fn number(
        &mut self,
        question: &Question,
        at: Timestamp,
    ) -> Result<Asked, String> {
        let timeline = Timeline {
            baseline: self.baseline,
            load_start: self.baseline,
            load_end: at,
            settled: at,
            phases: vec![],
            unsettled: vec![],
            interrupted: false,
        };
        let left = self.deadline.since(self.now());
        let answer = tokio::select! {
            // An answer that is there counts even at the deadline.
            biased;
            reply = self.source.ask(question, &timeline) => reply.answer,
            () = (self.sleep)(left) => Answer::Unavailable {
                error: format!("{} did not answer in time", self.source.base_url()),
            },
        };
        match answer {
            Answer::Value(Reading::Series(series)) => {
                self.failures = 0;
                Ok(series
                    .first()
                    .and_then(Series::last)
                    .map_or(Asked::Nothing, Asked::Number))
            }
            Answer::Value(_) | Answer::Empty => {
                self.failures = 0;
                Ok(Asked::Nothing)
            }
            // Asking again will not change a server's mind.
            Answer::Rejected { error } => Err(error),
            Answer::Unavailable { error } => {
                self.failures += 1;
                if self.failures >= FAILURES || self.now() >= self.deadline {
                    return Err(error);
                }
                Ok(Asked::Failed)
            }
        }
    }
}

/// What came of one question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Asked {
    Number(f64),
    Nothing,
    Failed,
}

/// `what: why`, for the report.
pub(super) fn cannot(what: &str, why: &str) -> String {
    format!("{what}: {why}")
}
