//! What the observer of a ruler saw, as stretches of firing, and how blind it was.

use crate::model::{
    AlertLog, AlertState, AlertTransition, Engine, Evidence, Labels, Millis, Question, Reading,
    Timeline, Timestamp,
};
use crate::verify::case::{Answered, Case};

/// Gaps up to this long can hide no firing that a person would have noticed.
const SHORT_GAP: Millis = Millis(2000);

/// One stretch of firing of one alert instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Firing<'a> {
    /// When it was first seen firing; the true start lies at most one poll, or one gap, before.
    pub from: Timestamp,
    /// When it was first seen not firing any more; `None` = firing at the last poll.
    pub until: Option<Timestamp>,
    /// The alert's name.
    pub name: &'a str,
    /// All labels but `alertname`.
    pub labels: &'a Labels,
}

/// An observer's log, put in order.
#[derive(Debug, Clone)]
pub struct Watch<'a> {
    /// Where it is kept.
    pub evidence: u32,
    /// As recorded.
    pub log: &'a AlertLog,
    /// In order of time, then name and labels.
    pub firings: Vec<Firing<'a>>,
}

/// Nothing was observed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// The evidence of the attempt.
    pub evidence: Option<u32>,
    /// Why.
    pub why: String,
}

impl<'a> Watch<'a> {
    /// The watch over a ruler's alerts.
    pub fn over(case: &Case<'a>, engine: Engine) -> Result<Self, Unseen> {
        let unseen = |evidence: Option<&Evidence>, why: &str| Unseen {
            evidence: evidence.map(|e| e.id),
            why: why.to_owned(),
        };
        match case.answer(&Question::AlertStates { engine }) {
            Answered::Value(evidence, Reading::Alerts(log)) if log.covered.is_some() => Ok(Self {
                evidence: evidence.id,
                log,
                firings: firings(&log.transitions),
            }),
            Answered::Value(evidence, Reading::Alerts(log)) => Err(Unseen {
                evidence: Some(evidence.id),
                why: format!("none of {} polls was answered", log.failed_polls),
            }),
            Answered::Value(evidence, _) | Answered::Empty(evidence) => {
                Err(unseen(Some(evidence), "the observer kept no log"))
            }
            Answered::Rejected(evidence, why) => Err(unseen(Some(evidence), why)),
            Answered::Missing { evidence, why } => Err(unseen(evidence, why)),
        }
    }

    /// Whether this firing was there before any load: left over from an earlier run.
    pub fn is_leftover(&self, firing: &Firing<'_>, timeline: &Timeline) -> bool {
        firing.from < timeline.baseline
            || self
                .log
                .covered
                .is_some_and(|(first, _)| firing.from <= first)
    }

    /// The longest gap that hides nothing: 2 s, or ten polls if that is more.
    pub fn harmless_gap(&self) -> Millis {
        SHORT_GAP.max(Millis(self.log.poll_interval.0.saturating_mul(10)))
    }

    /// Why the absence of something between these moments proves nothing; `None` if it does prove it.
    /// A gap up to `gap`, and always up to two polls, is none.
    pub fn blindness(&self, from: Timestamp, until: Timestamp, gap: Millis) -> Option<String> {
        let (first, last) = self.log.covered?;
        let gap = gap.max(Millis(self.log.poll_interval.0.saturating_mul(2)));
        let slack = self.harmless_gap().min(gap);
        if first > from + slack {
            let late = first.since(from);
            Some(format!("the ruler was first seen {late} too late"))
        } else if last + slack < until {
            let early = until.since(last);
            Some(format!("the ruler was last seen {early} too early"))
        } else if self.log.longest_gap > gap {
            Some(format!(
                "the ruler was not seen for {} ({} of {} polls failed)",
                self.log.longest_gap,
                self.log.failed_polls,
                self.log.polls + self.log.failed_polls
            ))
        } else {
            None
        }
    }

    /// Whether a change first seen at `at` may have happened at or before `deadline`, hidden by a gap.
    pub fn may_have_been_by(&self, at: Timestamp, deadline: Timestamp) -> bool {
        self.log.longest_gap > self.harmless_gap() && at - self.log.longest_gap <= deadline
    }

    /// How many instances were pending at some time.
    pub fn pending(&self) -> usize {
        let mut instances: Vec<_> = self
            .log
            .transitions
            .iter()
            .filter(|t| t.state == AlertState::Pending)
            .map(|t| (&t.name, &t.labels))
            .collect();
        instances.sort_unstable();
        instances.dedup();
        instances.len()
    }
}

/// Stretches of firing, whatever the order of the transitions. Of several states of one instance at one moment the
/// highest counts.
pub fn firings(transitions: &[AlertTransition]) -> Vec<Firing<'_>> {
    let mut ordered: Vec<&AlertTransition> = transitions.iter().collect();
    ordered.sort_by(|a, b| {
        (&a.name, &a.labels, a.at, a.state).cmp(&(&b.name, &b.labels, b.at, b.state))
    });
    ordered.dedup_by(|later, earlier| {
        let same =
            later.name == earlier.name && later.labels == earlier.labels && later.at == earlier.at;
        if same {
            *earlier = later;
        }
        same
    });
    let mut found: Vec<Firing<'_>> = Vec::new();
    let instances = ordered.chunk_by(|a, b| a.name == b.name && a.labels == b.labels);
    for instance in instances {
        let mut open: Option<Firing<'_>> = None;
        for step in instance {
            if step.state == AlertState::Firing {
                open.get_or_insert(Firing {
                    from: step.at,
                    until: None,
                    name: &step.name,
                    labels: &step.labels,
                });
            } else if let Some(firing) = open.take() {
                found.push(Firing {
                    until: Some(step.at),
                    ..firing
                });
            }
        }
        found.extend(open);
    }
    found.sort_unstable();
    found
}

/// Whether `labels` holds all of `wanted`.
pub fn has_labels(labels: &Labels, wanted: &Labels) -> bool {
    wanted.iter().all(|(k, v)| labels.get(k) == Some(v))
}

/// An alert instance for people: `Name{severity="page"}`; without `alertname`.
pub fn instance(name: &str, labels: &Labels) -> String {
    let pairs: Vec<String> = labels
        .iter()
        .filter(|(k, _)| *k != "alertname")
        .map(|(k, v)| format!("{k}=\"{v}\""))
        .collect();
    if pairs.is_empty() {
        name.to_owned()
    } else {
        format!("{name}{{{}}}", pairs.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::fixture::labels_of;
    use proptest::prelude::*;

    fn transition(name: &str, label: &str, at: i64, state: AlertState) -> AlertTransition {
        AlertTransition {
            at: Timestamp(at),
            name: name.into(),
            labels: labels_of(&[("severity", label)]),
            state,
        }
    }

    #[test]
    fn an_instance_fires_from_its_first_firing_to_its_next_other_state() {
        use AlertState::{Firing, Inactive, Pending};
        let log = [
            transition("A", "page", 10, Pending),
            transition("A", "page", 20, Firing),
            transition("A", "page", 30, Inactive),
            transition("A", "ticket", 25, Firing),
        ];
        let found: Vec<_> = firings(&log)
            .into_iter()
            .map(|f| {
                (
                    f.labels["severity"].as_str(),
                    f.from.0,
                    f.until.map(|u| u.0),
                )
            })
            .collect();
        assert_eq!(found, [("page", 20, Some(30)), ("ticket", 25, None)]);
    }

    #[test]
    fn an_instance_is_named_with_its_labels() {
        let labels = labels_of(&[("alertname", "A"), ("severity", "page")]);
        assert_eq!(instance("A", &labels), "A{severity=\"page\"}");
        assert_eq!(instance("A", &Labels::new()), "A");
    }

    fn any_log() -> impl Strategy<Value = Vec<AlertTransition>> {
        let state = prop_oneof![
            Just(AlertState::Inactive),
            Just(AlertState::Pending),
            Just(AlertState::Firing)
        ];
        let one = ("[AB]", "[xy]", 0_i64..6, state)
            .prop_map(|(name, label, at, state)| transition(&name, &label, at, state));
        prop::collection::vec(one, 0..12)
    }

    proptest! {
        #[test]
        fn the_order_of_the_log_does_not_matter(log in any_log(), turn in 0_usize..12) {
            let mut other = log.clone();
            other.reverse();
            let middle = turn.min(other.len());
            other.rotate_left(middle);
            prop_assert_eq!(firings(&log), firings(&other));
        }

        #[test]
        fn stretches_of_one_instance_do_not_overlap(log in any_log()) {
            let found = firings(&log);
            for a in &found {
                for b in &found {
                    if a.from < b.from && a.name == b.name && a.labels == b.labels {
                        prop_assert!(a.until.is_some_and(|end| end <= b.from));
                    }
                }
            }
        }
    }
}
