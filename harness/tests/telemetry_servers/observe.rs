//! The observer against a ruler that changes its mind, falters and comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use sloproof::model::{AlertState, Engine, Millis, Timestamp};
use sloproof::telemetry::{AlertObserver, Clock};

use crate::fake::{Fake, Says, eventually, ms, nobody, wall};

const ALERTS: &str = "/api/v1/alerts";

fn burn(state: &str) -> Says {
    let labels = json!({"alertname": "Burn", "route": "get"});
    alerts(&json!([{"labels": labels, "annotations": {}, "state": state, "value": "1e+00"}]))
}

fn alerts(list: &Value) -> Says {
    Fake::success(&json!({"alerts": list}))
}

/// A clock that moves by 1 ms each time it is read.
fn ticking() -> Clock {
    let now = AtomicI64::new(0);
    Arc::new(move || Timestamp(now.fetch_add(1, Ordering::SeqCst)))
}

#[tokio::test]
async fn states_are_seen_in_order_and_shown_live() {
    let fake = Fake::start().await;
    fake.says(ALERTS, alerts(&json!([])));
    let observer = AlertObserver::start(Engine::Prometheus, &fake.url, ms(2), ticking()).unwrap();
    for (says, state) in [
        (burn("pending"), AlertState::Pending),
        (burn("firing"), AlertState::Firing),
        (alerts(&json!([])), AlertState::Inactive),
    ] {
        fake.now_says(ALERTS, says);
        let shown = [("Burn".to_owned(), state)];
        eventually("the state in the snapshot", || observer.snapshot() == shown).await;
    }
    let log = observer.stop().await;
    let states: Vec<_> = log.transitions.iter().map(|t| t.state).collect();
    assert_eq!(
        states,
        [
            AlertState::Pending,
            AlertState::Firing,
            AlertState::Inactive
        ]
    );
    assert_eq!((log.failed_polls, log.poll_interval), (0, Millis(2)));
    assert_eq!(log.transitions[0].labels["route"], "get");
    assert!(log.transitions.iter().all(|t| t.name == "Burn"));
}

#[tokio::test]
async fn a_ruler_that_fails_midway_leaves_the_alert_as_it_was() {
    let fake = Fake::start().await;
    fake.says(ALERTS, burn("firing"));
    let observer = AlertObserver::start(Engine::Prometheus, &fake.url, ms(2), wall()).unwrap();
    eventually("firing", || !observer.snapshot().is_empty()).await;
    fake.now_says(
        ALERTS,
        Says::Json(200, json!({"status": "error", "error": "boom"})),
    );
    eventually("a failed poll", || observer.last_error().is_some()).await;
    fake.now_says(ALERTS, Says::Text(503, "overloaded"));
    let overloaded = |error: Option<String>| error.is_some_and(|e| e.contains("overloaded"));
    eventually("another", || overloaded(observer.last_error())).await;
    let before = fake.seen().len();
    fake.now_says(ALERTS, burn("firing"));
    eventually("an answer again", || fake.seen().len() > before + 2).await;
    let log = observer.stop().await;
    assert_eq!(log.transitions.len(), 1, "{log:?}");
    assert!(log.failed_polls >= 2 && log.polls >= 2, "{log:?}");
}

#[tokio::test]
async fn loki_is_asked_at_its_own_path() {
    let fake = Fake::start().await;
    fake.says("/prometheus/api/v1/alerts", burn("pending"));
    let observer = AlertObserver::start(Engine::Loki, &fake.url, ms(2), wall()).unwrap();
    eventually("pending", || !observer.snapshot().is_empty()).await;
    assert_eq!(observer.stop().await.failed_polls, 0);
}

#[tokio::test]
async fn a_ruler_that_is_not_there_gives_a_gap_and_no_span() {
    let observer = AlertObserver::start(Engine::Loki, &nobody().await, ms(2), ticking()).unwrap();
    eventually("a failed poll", || observer.last_error().is_some()).await;
    let log = observer.stop().await;
    assert_eq!((log.polls, log.covered), (0, None));
    assert!(
        log.failed_polls > 0 && log.longest_gap > Millis(0),
        "{log:?}"
    );
}
