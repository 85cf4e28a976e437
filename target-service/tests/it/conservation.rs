//! What the client saw, the counter, the histogram and the log agree.

use std::collections::BTreeMap;

use serde_json::json;

use super::support::{ENTRY, Target};

#[tokio::test]
async fn counter_histogram_and_log_agree_with_the_client() {
    let target = Target::new();
    target
        .set_faults(json!({"inner": [{"route": ENTRY, "error_ratio": 0.3, "status": 503}]}))
        .await;
    let before = target.scrape().await;
    let mut seen = BTreeMap::<u16, u32>::new();
    for n in 0..200 {
        let path = format!("/v1/kv/k{}", n % 7);
        let method = ["PUT", "GET", "DELETE"][n % 3];
        *seen
            .entry(target.send(method, &path, "x").await.status)
            .or_default() += 1;
    }
    let after = target.scrape().await;
    assert!(seen.len() >= 4, "{seen:?}");
    for (status, count) in &seen {
        let labels = [("route", ENTRY), ("status", &*status.to_string())];
        let counted = after.delta(&before, "http_requests_total", &labels);
        assert_eq!(counted, f64::from(*count), "{status}");
        let logged = target
            .log()
            .iter()
            .filter(|line| line["status"] == *status)
            .count();
        assert_eq!(logged, *count as usize, "{status}");
    }
    let observed = after.delta(
        &before,
        "http_request_duration_seconds_count",
        &[("route", ENTRY)],
    );
    assert_eq!(observed, 200.0);
    assert_eq!(after.delta(&before, "http_requests_total", &[]), 200.0);
}
