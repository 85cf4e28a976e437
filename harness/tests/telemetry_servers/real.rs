//! The adapters against a real Prometheus and a real Loki. Skipped, and said so, where they are not installed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;
use sloproof::model::{
    AlertState, Answer, Engine, Millis, Moment, Question, Reading, RuleGroup, RuleKind, Timeline,
    Timestamp,
};
use sloproof::telemetry::{AlertObserver, LokiSource, PrometheusSource, Role, Source, probe};

use crate::fake::{ms, wall};

/// Deliberately in a layout that neither engine would choose.
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

const LOKI_RULES: &str = r#"
groups:
- name: lg
  interval: 1s
  rules:
  - alert: LogBurst
    expr: |
      sum by(route) (
        count_over_time({app="kv"} | json
          | status >= 500 [1m])
      ) > 1
    for: 0s
    keep_firing_for: 3s
    labels: {severity: page}
    annotations: {summary: "hi"}
  - record: kv:errors:rate1m
    expr: sum(rate({app="kv"} |= `boom ( x )` [1m])) by (route)
  # Longer than the formatter's line, so that it drops the outer parentheses.
  - record: kv:error:ratio
    expr: sum(rate({app="kv"} | json | status >= 500 [1m])) / sum(rate({app="kv"} | json | route =~ "get|put" [1m])) > (14.4 * 0.001)
"#;

/// A child that dies with the test, and its directory.
struct Running {
    child: Child,
    dir: tempfile::TempDir,
    url: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The newest cached binary of a tool.
fn cached(tool: &str) -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(home)?;
    let found = std::fs::read_dir(cache.join("sloproof/stack")).ok()?;
    let newest = found
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.file_name()
                .is_some_and(|n| n.to_string_lossy().starts_with(&format!("{tool}-")))
        })
        .map(|path| path.join(tool))
        .filter(|path| path.is_file())
        .max();
    if newest.is_none() {
        eprintln!("skipped: no {tool} in the stack cache");
    }
    newest
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

async fn start(
    role: Role,
    tool: &str,
    lay_out: impl Fn(&Path, u16) -> Vec<String>,
) -> Option<Running> {
    let binary = cached(tool)?;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let dir = tempfile::tempdir().unwrap();
    let port = free_port();
    let child = Command::new(binary)
        .args(lay_out(dir.path(), port))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let running = Running {
        child,
        dir,
        url: format!("http://127.0.0.1:{port}"),
    };
    for _ in 0..200 {
        if probe(role, &running.url).await.is_ok() {
            return Some(running);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{role} did not become ready: {:?}", running.dir);
}

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
        ]
    })
    .await
}

async fn start_loki() -> Option<Running> {
    start(Role::Loki, "loki", |dir, port| {
        let rules = dir.join("rules");
        std::fs::create_dir_all(rules.join("fake")).unwrap();
        std::fs::write(rules.join("fake/r.yaml"), LOKI_RULES).unwrap();
        let config = json!({
            "auth_enabled": false,
            "server": {"http_listen_address": "127.0.0.1", "http_listen_port": port,
                "grpc_listen_address": "127.0.0.1", "grpc_listen_port": free_port()},
            "common": {"instance_addr": "127.0.0.1", "path_prefix": dir, "replication_factor": 1,
                "ring": {"kvstore": {"store": "inmemory"}},
                "storage": {"filesystem": {"chunks_directory": dir.join("chunks"), "rules_directory": rules}}},
            "ingester": {"lifecycler": {"min_ready_duration": "0s", "join_after": "0s", "final_sleep": "0s",
                "observe_period": "0s"}},
            "query_scheduler": {"use_scheduler_ring": false},
            "schema_config": {"configs": [{"from": "2020-10-24", "store": "tsdb", "object_store": "filesystem",
                "schema": "v13", "index": {"prefix": "index_", "period": "24h"}}]},
            "ruler": {"storage": {"type": "local", "local": {"directory": rules}},
                "rule_path": dir.join("rules-temp"), "wal": {"dir": dir.join("ruler-wal")},
                "evaluation_interval": "1s", "poll_interval": "1s", "enable_api": true},
            "analytics": {"reporting_enabled": false},
        });
        std::fs::write(dir.join("loki.yaml"), config.to_string()).unwrap();
        vec![format!("-config.file={}", dir.join("loki.yaml").display())]
    })
    .await
}

/// A run whose load began two seconds before now.
fn until_now() -> Timeline {
    let now = wall()();
    Timeline {
        baseline: now - ms(2500),
        load_start: now - ms(2000),
        load_end: now,
        settled: now,
        phases: vec![],
        unsettled: vec![],
        interrupted: false,
    }
}

async fn ask(source: &dyn Source, question: Question) -> Answer {
    source.ask(&question, &until_now()).await.answer
}

/// Asks until the answer is a value that satisfies, for at most 15 s.
async fn until(source: &dyn Source, question: Question, ok: impl Fn(&Reading) -> bool) -> Reading {
    let mut last = Answer::Empty;
    for _ in 0..150 {
        last = ask(source, question.clone()).await;
        match last {
            Answer::Value(reading) if ok(&reading) => return reading,
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    panic!("{question:?}: {last:?}");
}

async fn loaded(source: &dyn Source, engine: Engine) -> Vec<RuleGroup> {
    match until(source, Question::LoadedRules { engine }, |_| true).await {
        Reading::Rules(groups) => groups,
        other => panic!("{other:?}"),
    }
}

/// The expressions of a rule file, as YAML gives them.
fn written(file: &str) -> Vec<String> {
    let file: serde_json::Value = serde_saphyr::from_str(file).unwrap();
    let rules = file["groups"][0]["rules"].as_array().unwrap();
    rules
        .iter()
        .map(|rule| rule["expr"].as_str().unwrap().to_owned())
        .collect()
}

async fn canonical(source: &dyn Source, engine: Engine, query: String) -> String {
    match ask(source, Question::CanonicalQuery { engine, query }).await {
        Answer::Value(Reading::Text(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// Written expressions, formatted by the engine, read like the loaded ones.
async fn spelled_alike(source: &dyn Source, engine: Engine, file: &str) -> Vec<RuleGroup> {
    let groups = loaded(source, engine).await;
    for (rule, expr) in groups[0].rules.iter().zip(written(file)) {
        assert_eq!(
            rule.expr,
            canonical(source, engine, expr).await,
            "{}",
            rule.name
        );
    }
    groups
}

async fn seen_firing(engine: Engine, url: &str, alert: &str) {
    let observer = AlertObserver::start(engine, url, ms(50), wall()).unwrap();
    let firing = (alert.to_owned(), AlertState::Firing);
    for _ in 0..150 {
        if observer.snapshot().contains(&firing) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let log = observer.stop().await;
    assert!(
        log.transitions
            .iter()
            .any(|t| t.name == alert && t.state == AlertState::Firing),
        "{log:?}"
    );
    assert_eq!(log.failed_polls, 0);
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
    let Answer::Unavailable { error } = ask(&source, instant("sum((")).await else {
        panic!()
    };
    assert!(
        error.contains("HTTP 400") && error.contains("unclosed left parenthesis"),
        "{error}"
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
async fn loki() {
    let Some(running) = start_loki().await else {
        return;
    };
    let source = LokiSource::new(&running.url).unwrap();
    let engine = Engine::Loki;

    let now = wall()();
    push(&running.url, now).await;
    let count = |selector: &str| Question::LokiCount {
        selector: selector.into(),
        by: vec!["route".into(), "status".into()],
    };
    let all = until(&source, count("{app=\"kv\"} | json"), |_| true).await;
    let Reading::Series(all) = all else {
        panic!("{all:?}")
    };
    let counts: Vec<_> = all
        .iter()
        .map(|s| (s.label("route"), s.label("status"), s.last()))
        .collect();
    assert_eq!(
        counts,
        [
            ("get", "200", Some(3.0)),
            ("get", "500", Some(4.0)),
            ("put", "500", Some(3.0))
        ]
    );
    assert_eq!(
        ask(&source, count("{app=\"nobody\"} | json")).await,
        Answer::Empty
    );
    let Answer::Unavailable { error } = ask(&source, count("{app=")).await else {
        panic!()
    };
    assert!(error.contains("parse error"), "{error}");
    let query = "sum(count_over_time({app=\"kv\"}[1m]))".into();
    let range = Question::LokiRange {
        query,
        step: Millis(500),
    };
    assert!(matches!(
        ask(&source, range).await,
        Answer::Value(Reading::Series(_))
    ));

    let groups = spelled_alike(&source, engine, LOKI_RULES).await;
    assert_eq!(groups[0].interval, Some(Millis(1000)));
    let alert = &groups[0].rules[0];
    assert_eq!(
        alert.keep_firing_for,
        Millis(0),
        "Loki loads the rule and forgets this field"
    );
    seen_firing(engine, &running.url, "LogBurst").await;
}

/// Ten lines, the last one now.
async fn push(url: &str, now: Timestamp) {
    let line = |n: i64| {
        let route = if n % 3 == 0 { "put" } else { "get" };
        let status = if n % 3 == 0 || n % 2 == 0 { 500 } else { 200 };
        let at = format!("{}000000", now.0 - n);
        json!([at, json!({"route": route, "status": status}).to_string()])
    };
    let values: Vec<_> = (1..=10).map(line).collect();
    let body = json!({"streams": [{"stream": {"app": "kv"}, "values": values}]});
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let pushed = client
        .post(format!("{url}/loki/api/v1/push"))
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(pushed.status(), 204);
}
