//! From a question to a request of the Prometheus API, purely.

use crate::model::{Engine, Millis, Moment, Question, Timeline, Timestamp};
use crate::telemetry::wire::answer::{Request, Shape};

pub(super) const INSTANT: &str = "api/v1/query";
pub(super) const RANGE: &str = "api/v1/query_range";
pub(super) const RULES: &str = "api/v1/rules";
pub(super) const FORMAT: &str = "api/v1/format_query";

/// `None` for a question that is not for Prometheus. `lookback` is how far before the baseline raw samples begin.
pub(super) fn of(question: &Question, timeline: &Timeline, lookback: Millis) -> Option<Request> {
    let request = match question {
        Question::PromSamples { selector } => {
            let span = timeline.span() + lookback;
            // A range selector in an instant query yields the stored samples, with the times of their scrapes.
            instant(
                &format!("{selector}[{}]", span.to_promql()),
                timeline.settled,
            )
        }
        Question::PromInstant { query, at } => instant(query, moment(*at, timeline)),
        // Without a `time` it is evaluated at the server's own.
        Question::PromClock => Request {
            path: INSTANT,
            params: vec![("query", "time()".to_owned())],
            shape: Shape::Series,
        },
        Question::PromRange { query, step } => Request {
            path: RANGE,
            params: vec![
                ("query", query.clone()),
                ("start", seconds(timeline.load_start)),
                ("end", seconds(timeline.settled)),
                ("step", step.to_promql()),
            ],
            shape: Shape::Series,
        },
        Question::LoadedRules {
            engine: Engine::Prometheus,
        } => Request {
            path: RULES,
            params: vec![],
            shape: Shape::Rules,
        },
        Question::CanonicalQuery {
            engine: Engine::Prometheus,
            query,
        } => Request {
            path: FORMAT,
            params: vec![("query", query.clone())],
            shape: Shape::Expression,
        },
        Question::LoadedRules {
            engine: Engine::Loki,
        }
        | Question::CanonicalQuery {
            engine: Engine::Loki,
            ..
        }
        | Question::LokiCount { .. }
        | Question::LokiRange { .. }
        | Question::AlertStates { .. }
        | Question::Notifications => return None,
    };
    Some(request)
}

fn instant(query: &str, at: Timestamp) -> Request {
    Request {
        path: INSTANT,
        params: vec![("query", query.to_owned()), ("time", seconds(at))],
        shape: Shape::Series,
    }
}

fn moment(at: Moment, timeline: &Timeline) -> Timestamp {
    match at {
        Moment::Baseline => timeline.baseline,
        Moment::Settled => timeline.settled,
    }
}

/// Unix seconds with exactly three decimals: a float would print as many as it likes.
fn seconds(at: Timestamp) -> String {
    format!("{}.{:03}", at.0.div_euclid(1000), at.0.rem_euclid(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline() -> Timeline {
        Timeline {
            baseline: Timestamp(1_800_000_000_250),
            load_start: Timestamp(1_800_000_001_000),
            load_end: Timestamp(1_800_000_060_000),
            settled: Timestamp(1_800_000_065_255),
            phases: vec![],
            unsettled: vec![],
            interrupted: false,
        }
    }

    fn params(question: &Question) -> Vec<(&'static str, String)> {
        of(question, &timeline(), Millis(30_000)).unwrap().params
    }

    #[test]
    fn samples_begin_before_the_baseline_and_end_at_the_settled_moment() {
        let asked = params(&Question::PromSamples {
            selector: "x{a=\"b\"}".into(),
        });
        assert_eq!(asked[0].1, "x{a=\"b\"}[1m35s5ms]");
        assert_eq!(asked[1], ("time", "1800000065.255".into()));
    }

    #[test]
    fn an_instant_query_is_asked_at_its_moment() {
        let asked = params(&Question::PromInstant {
            query: "up".into(),
            at: Moment::Baseline,
        });
        assert_eq!(
            asked,
            [
                ("query", "up".to_owned()),
                ("time", "1800000000.250".into())
            ]
        );
    }

    #[test]
    fn a_range_begins_with_the_load() {
        let asked = params(&Question::PromRange {
            query: "up".into(),
            step: Millis(500),
        });
        let values: Vec<_> = asked.into_iter().map(|(_, value)| value).collect();
        assert_eq!(values, ["up", "1800000001.000", "1800000065.255", "500ms"]);
    }

    #[test]
    fn questions_for_others_are_not_asked() {
        assert_eq!(
            params(&Question::PromClock),
            [("query", "time()".to_owned())],
            "no time: the server's own is asked for"
        );
        for question in [
            Question::Notifications,
            Question::LoadedRules {
                engine: Engine::Loki,
            },
            Question::LokiCount {
                selector: "{}".into(),
                by: vec![],
            },
        ] {
            assert_eq!(of(&question, &timeline(), Millis(0)), None, "{question:?}");
        }
    }
}
