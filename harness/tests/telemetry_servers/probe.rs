//! Servers are recognised before a run, or it is said what to do.

use std::error::Error as _;

use serde_json::json;
use sloproof::telemetry::{ProbeError, Role, probe};

use crate::fake::{Fake, Says, nobody};

#[tokio::test]
async fn versions_are_read_from_all_three() {
    let fake = Fake::start().await;
    fake.says("/-/ready", Says::Text(200, "Prometheus Server is Ready.\n"));
    fake.says("/ready", Says::Text(200, "ready\n"));
    fake.says(
        "/api/v1/status/buildinfo",
        Fake::success(&json!({"version": "3.15.0"})),
    );
    fake.says(
        "/loki/api/v1/status/buildinfo",
        Says::Json(200, json!({"version": "3.7.8"})),
    );
    fake.says(
        "/api/v2/status",
        Says::Json(200, json!({"versionInfo": {"version": ""}})),
    );
    for (role, version) in [
        (Role::Prometheus, "3.15.0"),
        (Role::Loki, "3.7.8"),
        (Role::Alertmanager, "unknown"),
    ] {
        assert_eq!(probe(role, &fake.url).await.unwrap(), version, "{role}");
    }
}

#[tokio::test]
async fn nobody_at_home() {
    let url = nobody().await;
    let error = probe(Role::Loki, &url).await.unwrap_err();
    assert!(matches!(error, ProbeError::Unreachable { .. }));
    assert_eq!(
        error.to_string(),
        format!("Loki at {url} cannot be reached, start it or correct its URL in the scenario")
    );
    assert!(error.source().is_some());
}

#[tokio::test]
async fn still_starting() {
    let fake = Fake::start().await;
    fake.says(
        "/ready",
        Says::Text(503, "Ingester not ready: waiting for 15s\n"),
    );
    let error = probe(Role::Loki, &fake.url).await.unwrap_err();
    assert!(matches!(error, ProbeError::NotReady { .. }));
    assert!(
        error
            .source()
            .unwrap()
            .to_string()
            .contains("waiting for 15s")
    );
}

#[tokio::test]
async fn another_program_on_the_port() {
    let fake = Fake::start().await;
    let error = probe(Role::Prometheus, &fake.url).await.unwrap_err();
    assert!(matches!(error, ProbeError::Stranger { .. }), "{error:?}");
}
