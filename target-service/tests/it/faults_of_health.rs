//! Probes that lie: for a time by a fault, for good by a defect.

use std::time::Duration;

use axum::http::Method;
use serde_json::json;
use std::sync::Arc;
use target_service::{
    config::{Defect, Defects},
    kv,
};

use super::support::{BrokenStore, Parts, Target};

async fn probes(target: &Target) -> (u16, u16) {
    (
        target.get("/livez").await.status,
        target.get("/readyz").await.status,
    )
}

async fn active(target: &Target, fault: &str) -> Option<f64> {
    let scrape = target.scrape().await;
    scrape.value("target_fault_active", &[("fault", fault)])
}

#[tokio::test]
async fn readyz_can_stay_green_while_the_store_is_down() {
    let target = Target::with_store(BrokenStore);
    assert_eq!(probes(&target).await, (200, 503));
    let lie = json!({"health": {"readyz": {"lie": "green"}}});
    target.set_faults(lie).await;
    let answer = target.get("/readyz").await;
    assert_eq!(
        (answer.status, answer.json()),
        (200, json!({"status": "ready"}))
    );
    assert_eq!(
        target.get("/v1/kv/a").await.status,
        503,
        "the store is down"
    );
    target.drain.begin();
    assert_eq!(
        probes(&target).await,
        (200, 200),
        "not even a drain is told"
    );
    assert_eq!(active(&target, "readyz_green").await, Some(1.0));

    target.faults("DELETE", "").await;
    assert_eq!(probes(&target).await, (200, 503));
    assert_eq!(active(&target, "readyz_green").await, Some(0.0));
}

#[tokio::test]
async fn livez_can_be_told_to_be_green_and_the_reset_ends_it() {
    let target = Target::with_store(BrokenStore);
    let lie = json!({"health": {"livez": {"lie": "green"}}});
    target.set_faults(lie).await;
    assert_eq!(
        probes(&target).await,
        (200, 503),
        "readiness keeps to the truth"
    );
    assert_eq!(active(&target, "livez_green").await, Some(1.0));

    target.faults("DELETE", "").await;
    assert_eq!(probes(&target).await, (200, 503));
    assert_eq!(active(&target, "livez_green").await, Some(0.0));
}

#[tokio::test(start_paused = true)]
async fn both_probes_can_flap_and_the_reset_ends_it_at_once() {
    let target = Target::new();
    let flap = json!({"lie": "flap", "period_ms": 1000});
    target
        .set_faults(json!({"health": {"livez": flap, "readyz": flap}}))
        .await;
    assert_eq!(probes(&target).await, (503, 503));
    tokio::time::advance(Duration::from_millis(500)).await;
    assert_eq!(probes(&target).await, (200, 200));
    tokio::time::advance(Duration::from_millis(500)).await;
    assert_eq!(probes(&target).await, (503, 503));
    for fault in ["livez_flap", "readyz_flap"] {
        assert_eq!(active(&target, fault).await, Some(1.0), "{fault}");
    }

    target.faults("DELETE", "").await;
    for _ in 0..8 {
        assert_eq!(probes(&target).await, (200, 200));
        tokio::time::advance(Duration::from_millis(250)).await;
    }
    for fault in ["livez_flap", "readyz_flap"] {
        assert_eq!(active(&target, fault).await, Some(0.0), "{fault}");
    }
}

#[tokio::test]
async fn both_probes_can_stay_red_while_all_is_well() {
    let target = Target::new();
    let red = json!({"lie": "red"});
    let both = json!({"health": {"livez": red, "readyz": red}});
    target.set_faults(both.clone()).await;
    assert_eq!(
        target.faults("GET", "").await.json()["health"],
        both["health"]
    );
    assert_eq!(probes(&target).await, (503, 503));
    assert_eq!(target.get("/v1/kv").await.status, 200);
    assert_eq!(active(&target, "livez_red").await, Some(1.0));
    assert_eq!(active(&target, "readyz_red").await, Some(1.0));
    let line = &target.log()[0];
    assert_eq!(
        (&line["route"], &line["status"]),
        (&json!("/livez"), &json!(503))
    );
    assert_eq!(line["note"], "injected health");

    target.faults("DELETE", "").await;
    assert_eq!(probes(&target).await, (200, 200));
}

#[tokio::test(start_paused = true)]
async fn a_flapping_probe_turns_with_its_period_and_ends_with_its_course() {
    let target = Target::new();
    let flap = json!({"lie": "flap", "period_ms": 1000, "course": {"duration_ms": 2000}});
    target.set_faults(json!({"health": {"readyz": flap}})).await;
    let mut seen = Vec::new();
    for _ in 0..10 {
        seen.push(target.get("/readyz").await.status);
        tokio::time::advance(Duration::from_millis(250)).await;
    }
    assert_eq!(seen, [503, 503, 200, 200, 503, 503, 200, 200, 200, 200]);
    assert_eq!(active(&target, "readyz_flap").await, Some(0.0));
    for (period_ms, status) in [(99, 400), (100, 200), (3_600_000, 200), (3_600_001, 400)] {
        let flap = json!({"health": {"livez": {"lie": "flap", "period_ms": period_ms}}});
        let answer = target.faults("PUT", flap.to_string()).await;
        assert_eq!(answer.status, status, "{period_ms}: {}", answer.body);
    }
}

fn defective(defect: Defect) -> Target {
    let mut parts = Parts::kv();
    parts.common.defects = Defects::from_iter([defect]);
    parts.target(kv::profile(Arc::new(BrokenStore)))
}

#[tokio::test]
async fn static_health_is_green_whatever_happens() {
    let target = defective(Defect::StaticHealth);
    target.drain.begin();
    assert_eq!(probes(&target).await, (200, 200));
}

#[tokio::test]
async fn flapping_health_shows_both_colours_without_a_fault() {
    let target = defective(Defect::FlappingHealth);
    let mut seen = [false; 2];
    for _ in 0..2000 {
        seen[usize::from(target.get("/livez").await.status == 200)] = true;
        if seen == [true; 2] {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("one colour only: {seen:?}");
}

#[tokio::test]
async fn catch_all_answers_200_where_no_route_is() {
    let target = defective(Defect::CatchAll200);
    for method in [Method::GET, Method::POST, Method::DELETE] {
        let answer = target.send(method.as_str(), "/no/such/path", "").await;
        assert_eq!(answer.status, 200, "{method}");
    }
    let scrape = target.scrape().await;
    let told = [("method", "GET"), ("route", "unmatched"), ("status", "200")];
    assert_eq!(scrape.value("http_requests_total", &told), Some(1.0));
    assert_eq!(
        target.send("PATCH", "/v1/kv", "").await.status,
        405,
        "a known path"
    );
}
