//! A Loki with ten lines in it.

use serde_json::json;
use sloproof::model::{Answer, Engine, Millis, Question, Reading, Timestamp};
use sloproof::telemetry::{LokiSource, Role};

use super::{Running, ask, free_port, seen_firing, spelled_alike, start, until};
use crate::fake::wall;

/// Deliberately in a layout that Loki would not choose.
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
    let Answer::Rejected { error } = ask(&source, count("{app=")).await else {
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
