//! An expected alert, with its deadlines on the wall clock of this run.

use super::watch::{Firing, Unseen, Watch, has_labels, instance};
use crate::model::{AlertLog, Finding, Hop, Millis, PhaseTime, Status, Timestamp};
use crate::scenario::plan::ExpectedAlert;
use crate::verify::case::Case;

/// How to get rid of what an earlier run left behind.
pub(crate) const START_AFRESH: &str = "sloproof stack down && sloproof stack up";

/// An expected alert in a run that came as far as its phase.
#[derive(Debug, Clone, Copy)]
pub struct Expectation<'a> {
    /// What the plan says.
    pub alert: &'a ExpectedAlert,
    /// When its phase was.
    pub phase: &'a PhaseTime,
    /// Rules are evaluated this often.
    pub evaluation: Millis,
    /// The ruler was asked this often.
    pub poll: Millis,
}

impl<'a> Expectation<'a> {
    /// `None` if its phase never began.
    pub fn of(case: &Case<'a>, alert: &'a ExpectedAlert, log: &AlertLog) -> Option<Self> {
        Some(Self {
            alert,
            phase: case.timeline.phase(&alert.phase)?,
            evaluation: case.plan.evaluation_interval(&alert.name),
            poll: log.poll_interval,
        })
    }

    /// What the instruments cannot resolve: one evaluation and one poll.
    pub fn tolerance(&self) -> Millis {
        self.evaluation + self.poll
    }

    /// Until when it must have been seen firing.
    pub fn fire_deadline(&self) -> Timestamp {
        self.phase.start + self.alert.fires_within + self.tolerance()
    }

    /// Until when it must have been seen resolved, if the plan asks for it.
    pub fn resolve_deadline(&self) -> Option<Timestamp> {
        Some(self.phase.end + self.alert.resolves_within? + self.tolerance())
    }

    /// `8 s + 600 ms (evaluation 500 ms, poll 100 ms)`
    pub fn bound(&self, within: Millis) -> String {
        format!(
            "{within} + {} (evaluation {}, poll {})",
            self.tolerance(),
            self.evaluation,
            self.poll
        )
    }

    /// `5.1 s after outage ended`, or before it.
    pub fn from_end(&self, at: Timestamp) -> String {
        let (phase, end) = (&self.alert.phase, self.phase.end);
        if at >= end {
            format!("{} after {phase} ended", at.since(end))
        } else {
            format!("{} before {phase} ended", end.since(at))
        }
    }

    /// Firings that belong here: name and labels match, and no expectation of a later or earlier phase explains them.
    pub fn firings<'w>(&self, case: &Case<'_>, watch: &Watch<'w>) -> Vec<Firing<'w>> {
        let mine = |f: &&Firing<'_>| matches(self.alert, f) && !self.is_of_another_phase(case, f);
        watch.firings.iter().filter(mine).copied().collect()
    }

    /// The same alert may be expected in several phases: a firing belongs to the last such phase that began before it.
    fn is_of_another_phase(&self, case: &Case<'_>, firing: &Firing<'_>) -> bool {
        let owner = case
            .plan
            .alerts
            .expected
            .iter()
            .filter(|other| other.engine == self.alert.engine && matches(other, firing))
            .filter_map(|other| case.timeline.phase(&other.phase))
            .filter(|phase| phase.start <= firing.from)
            .max_by_key(|phase| phase.start);
        owner.is_some_and(|phase| phase.phase != self.phase.phase)
    }
}

/// Whether this is the alert that the plan expects.
pub fn matches(alert: &ExpectedAlert, firing: &Firing<'_>) -> bool {
    alert.name == firing.name && has_labels(firing.labels, &alert.labels)
}

/// The alert for people.
pub fn subject(alert: &ExpectedAlert) -> String {
    instance(&alert.name, &alert.labels)
}

/// The finding when the ruler was not observed.
pub(crate) fn unobserved(check: &str, hop: Hop, subject: String, unseen: &Unseen) -> Finding {
    Finding::new(
        check,
        hop,
        subject,
        Status::Inconclusive,
        "the ruler was not observed",
    )
    .expected("alert states during the run")
    .observed(format!("no answer: {}", unseen.why))
    .evidence(unseen.evidence)
    .hint("see that the ruler runs and answers /api/v1/alerts during the whole run")
}

/// The finding when the run ended before the alert's phase.
pub(crate) fn phase_missing(check: &str, hop: Hop, alert: &ExpectedAlert) -> Finding {
    let summary = format!("phase {} never began", alert.phase);
    Finding::new(check, hop, subject(alert), Status::Inconclusive, summary)
        .expected(format!("phase {}", alert.phase))
        .observed("the run ended before it")
        .hint("let the run go on to its end")
}

/// The finding when an alert was already firing before any load.
pub(crate) fn leftover(check: &str, hop: Hop, subject: String, evidence: u32) -> Finding {
    let summary = "was already firing when the run began";
    Finding::new(check, hop, subject, Status::Inconclusive, summary)
        .expected("not firing before the load")
        .observed("firing when first seen")
        .evidence([evidence])
        .hint(START_AFRESH)
}
