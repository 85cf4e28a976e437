//! What every source promises: one suite for the scripted source, Prometheus and Loki.

use serde_json::json;
use sloproof::model::{
    Answer, Engine, Labels, Millis, Moment, Point, Question, Reading, RuleGroup, Series, Timestamp,
};
use sloproof::telemetry::{LokiSource, PrometheusSource, Scripted, Source};

use crate::fake::{Fake, Says, timeline};

/// Questions to one kind of server, each with a known outcome.
struct Expected {
    /// Answered by one series `{a="b"}` with the value 7.
    present: Question,
    /// Answered by nothing.
    absent: Question,
    /// Refused with the word `boom`.
    refused: Question,
    /// Answered by one group `g`.
    rules: Question,
    /// Answered by `sum by(a)(x)`.
    canonical: Question,
    /// For another server.
    foreign: Question,
}

async fn holds(source: &dyn Source, expected: &Expected) {
    let at = timeline();
    let present = source.ask(&expected.present, &at).await;
    let Answer::Value(Reading::Series(series)) = &present.answer else {
        panic!("{source:?}: {present:?}")
    };
    assert_eq!(series.len(), 1, "{source:?}");
    assert_eq!(
        (series[0].label("a"), series[0].last()),
        ("b", Some(7.0)),
        "{source:?}"
    );
    assert_eq!(present.source, source.base_url());
    assert!(!present.asked.is_empty());

    assert_eq!(
        source.ask(&expected.absent, &at).await.answer,
        Answer::Empty,
        "{source:?}"
    );

    let refused = source.ask(&expected.refused, &at).await.answer;
    let Answer::Rejected { error } = refused else {
        panic!("{source:?}: {refused:?}")
    };
    assert!(error.contains("boom"), "{source:?}: {error}");

    let rules = source.ask(&expected.rules, &at).await.answer;
    let Answer::Value(Reading::Rules(groups)) = rules else {
        panic!("{source:?}: {rules:?}")
    };
    assert_eq!(groups[0].name, "g", "{source:?}");

    let canonical = source.ask(&expected.canonical, &at).await.answer;
    assert_eq!(
        canonical,
        Answer::Value(Reading::Text("sum by(a)(x)".into())),
        "{source:?}"
    );

    let foreign = source.ask(&expected.foreign, &at).await.answer;
    assert!(
        matches!(foreign, Answer::Unavailable { .. }),
        "{source:?}: {foreign:?}"
    );
}

fn instant(query: &str) -> Question {
    Question::PromInstant {
        query: query.into(),
        at: Moment::Settled,
    }
}

fn of_prometheus() -> Expected {
    let engine = Engine::Prometheus;
    Expected {
        present: instant("present"),
        absent: Question::PromSamples {
            selector: "absent".into(),
        },
        refused: Question::PromRange {
            query: "refused".into(),
            step: Millis(500),
        },
        rules: Question::LoadedRules { engine },
        canonical: Question::CanonicalQuery {
            engine,
            query: "sum by (a) (x)".into(),
        },
        foreign: Question::LoadedRules {
            engine: Engine::Loki,
        },
    }
}

#[tokio::test]
async fn scripted() {
    let expected = of_prometheus();
    let series = Series {
        labels: Labels::from([("a".into(), "b".into())]),
        points: vec![Point {
            at: Timestamp(1),
            value: Some(7.0),
        }],
    };
    let group = RuleGroup {
        name: "g".into(),
        interval: None,
        rules: vec![],
    };
    let boom = Answer::Rejected {
        error: "boom".into(),
    };
    let source = Scripted::new("http://scripted")
        .series(expected.present.clone(), vec![series])
        .answer(expected.absent.clone(), Answer::Empty)
        .answer(expected.refused.clone(), boom)
        .answer(
            expected.rules.clone(),
            Answer::Value(Reading::Rules(vec![group])),
        )
        .answer(
            expected.canonical.clone(),
            Answer::Value(Reading::Text("sum by(a)(x)".into())),
        );
    holds(&source, &expected).await;
    assert_eq!(source.asked().len(), 6);
}

#[tokio::test]
async fn prometheus() {
    let fake = Fake::start().await;
    let vector =
        json!({"resultType": "vector", "result": [{"metric": {"a": "b"}, "value": [1.0, "7"]}]});
    fake.says("/api/v1/query", Fake::success(&vector));
    fake.says(
        "/api/v1/query",
        Fake::success(&json!({"resultType": "matrix", "result": []})),
    );
    let error = json!({"status": "error", "errorType": "bad_data", "error": "boom"});
    fake.says("/api/v1/query_range", Says::Json(400, error));
    fake.says(
        "/api/v1/rules",
        Fake::success(&json!({"groups": [{"name": "g", "rules": []}]})),
    );
    fake.says(
        "/api/v1/format_query",
        Fake::success(&json!("sum by (a) (\n  x\n)")),
    );
    let source = PrometheusSource::new(&fake.url).unwrap();
    holds(&source, &of_prometheus()).await;
}

#[tokio::test]
async fn loki() {
    let fake = Fake::start().await;
    let vector = json!({"resultType": "vector", "result": [{"metric": {"a": "b"}, "value": [1.0, "7"]}],
        "stats": {"summary": {}}});
    fake.says("/loki/api/v1/query", Fake::success(&vector));
    fake.says(
        "/loki/api/v1/query",
        Fake::success(&json!({"resultType": "vector", "result": []})),
    );
    fake.says(
        "/loki/api/v1/query_range",
        Says::Text(400, "parse error:\n  boom"),
    );
    fake.says(
        "/prometheus/api/v1/rules",
        Fake::success(&json!({"groups": [{"name": "g", "rules": null}]})),
    );
    fake.says(
        "/loki/api/v1/format_query",
        Fake::success(&json!("sum by (a)(x)")),
    );
    let source = LokiSource::new(&fake.url).unwrap();
    let engine = Engine::Loki;
    let count = |selector: &str| Question::LokiCount {
        selector: selector.into(),
        by: vec![],
    };
    let expected = Expected {
        present: count("{present=\"1\"}"),
        absent: count("{absent=\"1\"}"),
        refused: Question::LokiRange {
            query: "refused".into(),
            step: Millis(500),
        },
        rules: Question::LoadedRules { engine },
        canonical: Question::CanonicalQuery {
            engine,
            query: "sum by (a) (x)".into(),
        },
        foreign: instant("present"),
    };
    holds(&source, &expected).await;
    let reply = source.ask(&expected.absent, &timeline()).await;
    assert!(
        !reply.raw.unwrap().to_string().contains("stats"),
        "execution statistics are not evidence"
    );
}

#[tokio::test]
async fn loki_s_rules_are_spelled_by_its_formatter() {
    let fake = Fake::start().await;
    let rule = |name: &str| json!({"type": "recording", "name": name, "query": "((a / b) > 1)"});
    let groups = json!({"groups": [{"name": "g", "rules": [rule("first"), rule("second")]}]});
    fake.says("/prometheus/api/v1/rules", Fake::success(&groups));
    fake.says(
        "/loki/api/v1/format_query",
        Fake::success(&json!("    a\n  /\n    b\n>\n  1 ")),
    );
    fake.says("/loki/api/v1/format_query", Says::Text(400, "parse error"));
    let source = LokiSource::new(&fake.url).unwrap();
    let question = Question::LoadedRules {
        engine: Engine::Loki,
    };
    let answer = source.ask(&question, &timeline()).await.answer;
    let Answer::Value(Reading::Rules(groups)) = answer else {
        panic!("{answer:?}")
    };
    let spelled: Vec<_> = groups[0].rules.iter().map(|r| r.expr.as_str()).collect();
    assert_eq!(
        spelled,
        ["a/b>1", "((a/b)>1)"],
        "what it cannot read again stays as it is"
    );
}

#[tokio::test]
async fn what_is_noted_as_asked_is_what_was_sent() {
    let fake = Fake::start().await;
    let nothing = json!({"resultType": "vector", "result": []});
    fake.says("/sub/api/v1/query", Fake::success(&nothing));
    fake.says("/sub/api/v1/query_range", Fake::success(&nothing));
    let source = PrometheusSource::new(&format!("{}/sub/", fake.url)).unwrap();
    let query = "sum by (a) (rate(x{p=~\"/v1/.+|ü & b\"}[1m])) > 0".to_owned();
    let range = Question::PromRange {
        query: query.clone(),
        step: Millis(500),
    };
    for (n, question) in [instant(&query), range].iter().enumerate() {
        let reply = source.ask(question, &timeline()).await;
        assert_eq!(reply.answer, Answer::Empty);
        assert_eq!(reply.asked, format!("{}{}", fake.url, fake.seen()[n]));
    }
}
