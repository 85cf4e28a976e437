//! Metrics that lie, beside answers, histograms and logs that do not.

use serde_json::json;

use super::support::{ENTRY, Target};

#[tokio::test]
async fn dropped_increments_leave_histogram_and_log_true() {
    let target = Target::new();
    target
        .set_faults(json!({"telemetry": {"drop_counter": {"ratio": 0.2}}}))
        .await;
    let before = target.scrape().await;
    assert_eq!(
        before.value("target_fault_active", &[("fault", "drop_counter")]),
        Some(1.0)
    );
    assert_eq!(target.read_known_key(500).await, [200; 500]);
    let after = target.scrape().await;
    let counted = after.delta(&before, "http_requests_total", &[]);
    // Six standard deviations of a binomial share: 6 * sqrt(0.2 * 0.8 * 501) = 54.
    assert!((counted - 501.0 * 0.8).abs() < 54.0, "{counted}");
    let observed = after.delta(&before, "http_request_duration_seconds_count", &[]);
    assert_eq!(observed, 501.0);
    assert_eq!(target.log().len(), 501);
    assert!(target.log().iter().all(|line| line.get("note").is_none()));

    target.faults("DELETE", "").await;
    target.read_known_key(50).await;
    let cleared = target.scrape().await;
    assert_eq!(cleared.delta(&after, "http_requests_total", &[]), 51.0);
}

#[tokio::test]
async fn only_increments_with_the_filtered_status_are_dropped() {
    for (filter, lost) in [
        (json!("5xx"), "503"),
        (json!("503"), "503"),
        (json!(404), "404"),
    ] {
        let target = Target::new();
        target
            .set_faults(json!({
                "inner": [{"route": ENTRY, "method": "DELETE", "error_ratio": 1, "status": 503}],
                "telemetry": {"drop_counter": {"ratio": 1, "status": filter}},
            }))
            .await;
        target.send("DELETE", "/v1/kv/a", "").await;
        target.get("/v1/kv/a").await;
        let scrape = target.scrape().await;
        for status in ["503", "404"] {
            let expected = if status == lost { 0.0 } else { 1.0 };
            let counted = scrape.sum("http_requests_total", &[("status", status)]);
            assert_eq!(counted, expected, "{filter} {status}");
        }
    }
}

#[tokio::test]
async fn the_same_seed_and_order_tell_the_same_lies() {
    let faults = json!({"telemetry": {
        "drop_counter": {"ratio": 0.5},
        "logs": [{"lie": "dropped", "ratio": 0.5, "method": "GET"}],
    }});
    // Of each read, whether it was counted and whether it has a line.
    let told = async |target: &Target| {
        target.set_faults(faults.clone()).await;
        let (mut told, mut before) = (Vec::new(), target.scrape().await);
        for _ in 0..24 {
            let lines = target.log().len();
            target.get("/v1/kv/unknown").await;
            let after = target.scrape().await;
            let counted = after.delta(&before, "http_requests_total", &[]);
            told.push((counted > 0.0, target.log().len() > lines));
            before = after;
        }
        told
    };
    let target = Target::new();
    let first = told(&target).await;
    for lied in [(false, false), (false, true), (true, false), (true, true)] {
        assert!(first.contains(&lied), "independent of each other: {lied:?}");
    }
    assert_eq!(told(&target).await, first, "the set starts over");
    assert_eq!(told(&Target::new()).await, first);
}
