//! Each way in which a server can fail to answer is told apart, in words, and none is an empty answer.

use serde_json::json;
use sloproof::model::{Answer, Engine, Millis, Moment, Question};
use sloproof::telemetry::{LokiSource, PrometheusSource, ServerError, Source};

use crate::fake::{Fake, Says, nobody, timeline};

const QUERY: &str = "/api/v1/query";

fn up() -> Question {
    Question::PromInstant {
        query: "up".into(),
        at: Moment::Settled,
    }
}

async fn error(base_url: &str) -> String {
    let source = PrometheusSource::new(base_url).unwrap();
    match source.ask(&up(), &timeline()).await.answer {
        Answer::Unavailable { error } | Answer::Rejected { error } => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_refused_connection_names_url_and_cause() {
    let url = nobody().await;
    let error = error(&url).await;
    assert!(
        error.starts_with(&format!("no answer from {url}/api/v1/query?query=up")),
        "{error}"
    );
    assert!(error.contains("refused"), "{error}");
}

#[tokio::test]
async fn an_error_in_the_body_is_told_in_the_server_s_words() {
    let fake = Fake::start().await;
    let body =
        json!({"status": "error", "errorType": "execution", "error": "many-to-many\n matching"});
    for status in [200, 422] {
        fake.now_says(QUERY, Says::Json(status, body.clone()));
        let error = error(&fake.url).await;
        assert!(
            error.ends_with(&format!("answered HTTP {status}: many-to-many matching")),
            "{error}"
        );
    }
    assert_eq!(fake.seen().len(), 2, "a refusal is not asked again");
}

#[tokio::test]
async fn a_page_that_is_not_json_is_shown() {
    let fake = Fake::start().await;
    fake.says(QUERY, Says::Text(200, "<html>\n<title>Welcome"));
    let error = error(&fake.url).await;
    assert!(
        error.contains("is not JSON") && error.contains("<html> <title>Welcome"),
        "{error}"
    );
}

#[tokio::test]
async fn an_unknown_path_is_a_refusal() {
    let fake = Fake::start().await;
    let error = error(&fake.url).await;
    assert!(
        error.ends_with("answered HTTP 404: 404 page not found"),
        "{error}"
    );
}

#[tokio::test]
async fn json_of_another_form_is_not_an_empty_answer() {
    let fake = Fake::start().await;
    for body in [
        json!({"version": "1"}),
        json!({"status": "success"}),
        json!({"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1]}]}}),
    ] {
        fake.now_says(QUERY, Says::Json(200, body));
        let error = error(&fake.url).await;
        assert!(error.contains("unknown form"), "{error}");
    }
}

#[tokio::test]
async fn overload_is_asked_once_more() {
    let fake = Fake::start().await;
    fake.says(QUERY, Says::Text(503, "starting"));
    fake.says(
        QUERY,
        Fake::success(&json!({"resultType": "vector", "result": []})),
    );
    let source = PrometheusSource::new(&fake.url).unwrap();
    assert_eq!(source.ask(&up(), &timeline()).await.answer, Answer::Empty);
    assert_eq!(fake.seen().len(), 2);
    fake.now_says(QUERY, Says::Text(503, "starting"));
    assert!(
        error(&fake.url)
            .await
            .ends_with("answered HTTP 503: starting")
    );
    assert_eq!(fake.seen().len(), 4);
}

#[tokio::test]
async fn a_log_query_where_numbers_are_wanted_says_what_to_ask() {
    let fake = Fake::start().await;
    let streams = json!({"resultType": "streams", "result": []});
    fake.says("/loki/api/v1/query_range", Fake::success(&streams));
    let source = LokiSource::new(&fake.url).unwrap();
    let question = Question::LokiRange {
        query: "{app=\"kv\"}".into(),
        step: Millis(500),
    };
    let reply = source.ask(&question, &timeline()).await;
    let Answer::Unavailable { error } = reply.answer else {
        panic!("{reply:?}")
    };
    assert!(error.contains("count_over_time"), "{error}");
    assert!(reply.raw.is_some(), "the body is kept for whoever wonders");
}

#[tokio::test]
async fn credentials_are_sent_but_never_shown() {
    let fake = Fake::start().await;
    fake.says("/prometheus/api/v1/rules", Says::Text(500, "no"));
    let with = fake.url.replace("http://", "http://me:secret@");
    let source = LokiSource::new(&with).unwrap();
    let reply = source
        .ask(
            &Question::LoadedRules {
                engine: Engine::Loki,
            },
            &timeline(),
        )
        .await;
    assert_eq!(reply.source, fake.url);
    assert!(!format!("{reply:?}").contains("secret"));
}

#[test]
fn a_base_url_must_be_one() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    for bad in ["localhost:9090", "ftp://host", "", "/api"] {
        let error = LokiSource::new(bad).unwrap_err();
        assert!(matches!(error, ServerError::BadUrl { .. }), "{bad}");
        assert!(error.to_string().contains("http://host:port"), "{error}");
    }
}
