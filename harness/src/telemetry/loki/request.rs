//! From a question to a request of the Loki API, purely.

use crate::model::{Engine, Question, Timeline, Timestamp};
use crate::telemetry::wire::answer::{Request, Shape};

const INSTANT: &str = "loki/api/v1/query";
const RANGE: &str = "loki/api/v1/query_range";
const RULES: &str = "prometheus/api/v1/rules";
const FORMAT: &str = "loki/api/v1/format_query";

/// `None` for a question that is not for Loki.
pub(super) fn of(question: &Question, timeline: &Timeline) -> Option<Request> {
    let request = match question {
        Question::LokiCount { selector, by } => Request {
            path: INSTANT,
            params: vec![
                ("query", count(selector, by, timeline)),
                ("time", nanoseconds(timeline.settled)),
            ],
            shape: Shape::Series,
        },
        // Loki evaluates at multiples of the step, not at start plus multiples.
        Question::LokiRange { query, step } => Request {
            path: RANGE,
            params: vec![
                ("query", query.clone()),
                ("start", nanoseconds(timeline.load_start)),
                ("end", nanoseconds(timeline.settled)),
                ("step", step.to_promql()),
            ],
            shape: Shape::Series,
        },
        Question::LoadedRules {
            engine: Engine::Loki,
        } => Request {
            path: RULES,
            params: vec![],
            shape: Shape::Rules,
        },
        Question::CanonicalQuery {
            engine: Engine::Loki,
            query,
        } => format(query),
        Question::LoadedRules {
            engine: Engine::Prometheus,
        }
        | Question::CanonicalQuery {
            engine: Engine::Prometheus,
            ..
        }
        | Question::PromSamples { .. }
        | Question::PromInstant { .. }
        | Question::PromRange { .. }
        | Question::AlertStates { .. }
        | Question::PromClock
        | Question::Notifications => return None,
    };
    Some(request)
}

/// Loki's own spelling of an expression.
pub(super) fn format(query: &str) -> Request {
    Request {
        path: FORMAT,
        params: vec![("query", query.to_owned())],
        shape: Shape::Expression,
    }
}

/// The number of lines in (baseline, settled]; the range is open at its start.
fn count(selector: &str, by: &[String], timeline: &Timeline) -> String {
    let lines = format!(
        "(count_over_time({selector} [{}ms]))",
        timeline.span().0.max(1)
    );
    if by.is_empty() {
        format!("sum{lines}")
    } else {
        format!("sum by ({}) {lines}", by.join(", "))
    }
}

fn nanoseconds(at: Timestamp) -> String {
    format!("{}000000", at.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Millis;

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

    fn values(question: &Question) -> Vec<String> {
        let request = of(question, &timeline()).unwrap();
        request.params.into_iter().map(|(_, value)| value).collect()
    }

    #[test]
    fn lines_are_counted_between_baseline_and_settled() {
        let selector = "{app=\"kv\"} | json".to_owned();
        let all = Question::LokiCount {
            selector: selector.clone(),
            by: vec![],
        };
        assert_eq!(
            values(&all),
            [
                "sum(count_over_time({app=\"kv\"} | json [65005ms]))",
                "1800000065255000000"
            ]
        );
        let by = vec!["route".to_owned(), "status".to_owned()];
        assert_eq!(
            values(&Question::LokiCount { selector, by })[0],
            "sum by (route, status) (count_over_time({app=\"kv\"} | json [65005ms]))"
        );
    }

    #[test]
    fn a_range_begins_with_the_load() {
        let question = Question::LokiRange {
            query: "q".into(),
            step: Millis(1000),
        };
        assert_eq!(
            values(&question),
            ["q", "1800000001000000000", "1800000065255000000", "1s"]
        );
    }

    #[test]
    fn questions_for_others_are_not_asked() {
        let question = Question::PromSamples {
            selector: "x".into(),
        };
        assert_eq!(of(&question, &timeline()), None);
    }
}
