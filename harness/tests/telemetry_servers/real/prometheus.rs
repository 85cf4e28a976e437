//! A Prometheus that scrapes itself.

use std::sync::Arc;

use serde_json::json;
use sloproof::model::{Answer, Engine, Millis, Moment, Question, Reading, RuleKind, Timestamp};
use sloproof::telemetry::{PrometheusSource, Role, SettlePlan, Sources, baseline, settle};

use super::{Running, ask, seen_firing, spelled_alike, start, until};
use crate::fake::{ms, wall};

/// Deliberately in a layout that Prometheus would not choose.
const PROMETHEUS_RULES: &str = r#"
groups:
- name: g
  interval: 500ms
  rules:
  - record: job:up:sum
    expr: sum by(job) (up{job=~"self|a  b"})
    labels: {team: x}
  - alert: Up
    expr: |
      (
          max(up > (14.4 * 0.001)) without (code)
          and
          max(up{handler!="foo ( bar )"} >= 1) without (code)
      )
      or on() (vector(0) > bool 1) > 0
    for: 500ms
    keep_firing_for: 3s
    labels: {severity: page}
    annotations: {summary: "up {{ $labels.job }}"}
  - record: broken
    expr: vector(1) * on() group_left label_replace(up, "a", "1", "", "") * on() {__name__=~"prometheus_build_info|up"}
"#;

async fn start_prometheus() -> Option<Running> {
    start(Role::Prometheus, "prometheus", |dir, port| {
        let config = json!({
            "global": {"scrape_interval": "250ms", "evaluation_interval": "250ms"},
            "rule_files": [dir.join("rules.yml")],
            "scrape_configs": [{"job_name": "self", "static_configs": [{"targets": [format!("127.0.0.1:{port}")]}]}],
        });
        std::fs::write(dir.join("rules.yml"), PROMETHEUS_RULES).unwrap();
        // JSON is YAML.
        std::fs::write(dir.join("prometheus.yml"), config.to_string()).unwrap();
        vec![
            format!("--config.file={}", dir.join("prometheus.yml").display()),
            format!("--storage.tsdb.path={}", dir.join("data").display()),
            format!("--web.listen-address=127.0.0.1:{port}"),
            // Undocumented; the first scrape comes after 5 s otherwise.
            "--scrape.discovery-reload-interval=100ms".to_owned(),
        ]
    })
    .await
}

#[tokio::test]
async fn prometheus() {
    let Some(running) = start_prometheus().await else {
        return;
    };
    let source = PrometheusSource::new(&running.url).unwrap();
    let engine = Engine::Prometheus;

    let samples = Question::PromSamples {
        selector: "up{job=\"self\"}".into(),
    };
    until(
        &source,
        samples,
        |r| matches!(r, Reading::Series(s) if s[0].points.len() >= 3),
    )
    .await;
    let instant = |query: &str| Question::PromInstant {
        query: query.into(),
        at: Moment::Settled,
    };
    let Answer::Value(Reading::Series(nan)) = ask(&source, instant("vector(0) / 0")).await else {
        panic!()
    };
    assert_eq!(nan[0].points[0].value, None);
    assert_eq!(
        ask(&source, instant("nothing_of_this_name")).await,
        Answer::Empty
    );
    let Answer::Rejected { error } = ask(&source, instant("sum((")).await else {
        panic!()
    };
    assert!(
        error.contains("HTTP 400") && error.contains("unclosed left parenthesis"),
        "{error}"
    );
    let Answer::Value(Reading::Series(clock)) = ask(&source, Question::PromClock).await else {
        panic!()
    };
    let server = Timestamp::from_unix_seconds(clock[0].points[0].value.unwrap());
    let now = wall()();
    assert!(
        server.since(now).max(now.since(server)) < ms(60_000),
        "its own time, not that of the timeline: {server:?} {now:?}"
    );
    let range = Question::PromRange {
        query: "vector(1)".into(),
        step: Millis(500),
    };
    let Answer::Value(Reading::Series(range)) = ask(&source, range).await else {
        panic!()
    };
    assert_eq!(range[0].points.len(), 5, "0, 0.5, 1, 1.5 and 2 s");

    let broken = |r: &Reading| matches!(r, Reading::Rules(g) if g[0].rules[2].last_error.is_some());
    until(&source, Question::LoadedRules { engine }, broken).await;
    let groups = spelled_alike(&source, engine, PROMETHEUS_RULES).await;
    assert_eq!(groups[0].interval, Some(Millis(500)));
    let alert = &groups[0].rules[1];
    assert_eq!(
        (alert.kind, alert.hold, alert.keep_firing_for),
        (RuleKind::Alert, ms(500), ms(3000))
    );
    assert_eq!(alert.annotations["summary"], "up {{ $labels.job }}");
    seen_firing(engine, &running.url, "Up").await;
}

#[tokio::test]
async fn a_running_prometheus_gives_a_baseline_and_settles() {
    let Some(running) = start_prometheus().await else {
        return;
    };
    let source = PrometheusSource::new(&running.url).unwrap();
    let sources = Sources {
        prometheus: Some(Arc::new(source)),
        loki: None,
    };
    let (clock, sleep) = (wall(), |length: Millis| tokio::time::sleep(length.into()));
    let baseline = baseline(Some("up"), ms(10_000), &sources, &*clock, sleep).await;
    assert_eq!(baseline.missing, None);
    let last_response = clock();
    let plan = SettlePlan {
        baseline: baseline.at,
        counter_selector: Some("up".into()),
        log_selector: None,
        scrape_interval: ms(250),
        timeout: ms(10_000),
    };
    let settled = settle(&plan, last_response, &sources, &*clock, sleep).await;
    assert!(settled.unsettled.is_empty(), "{settled:?}");
    assert!(
        settled.at.since(last_response) >= ms(500),
        "two whole scrapes"
    );
}
