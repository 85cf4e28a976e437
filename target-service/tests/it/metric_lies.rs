//! Each lie of the metrics: told while it is in force, gone afterwards.

use std::{sync::Arc, time::Duration};

use axum::http::Request;
use serde_json::{Value, json};
use target_service::{
    config::Defect,
    faults::Faults,
    kv::{self, store::MemoryStore},
    profile::ProfileName,
    telemetry::Dialect,
};

use super::support::{ENTRY, GatedStore, Parts, Scrape, StuckStore, Target};

const TOTAL: &str = "http_requests_total";
const COUNT: &str = "http_request_duration_seconds_count";

async fn lie(target: &Target, lies: Value) {
    target.set_faults(json!({"telemetry": lies})).await;
}

async fn end(target: &Target) {
    assert_eq!(target.faults("DELETE", "").await.status, 204);
}

fn active(scrape: &Scrape, kind: &str) -> Option<f64> {
    scrape.value("target_fault_active", &[("fault", kind)])
}

fn defective(defect: Defect) -> Target {
    let mut parts = Parts::new(ProfileName::Kv, kv::CATALOGUE);
    let honest = Faults::none(kv::CATALOGUE, 7);
    parts.common.faults = honest.with_defects(&[defect].into_iter().collect());
    parts.target(kv::profile(Arc::new(MemoryStore::default())))
}

/// After its lies every increase is true: `n` more reads are counted and observed as such.
async fn assert_true_again(target: &Target, kind: &str) {
    end(target).await;
    let before = target.scrape().await;
    assert_eq!(active(&before, kind), Some(0.0));
    for _ in 0..5 {
        target.get("/v1/kv/unknown").await;
    }
    let after = target.scrape().await;
    let labels = [("method", "GET"), ("route", ENTRY), ("status", "404")];
    assert_eq!(after.delta(&before, TOTAL, &labels), 5.0);
    assert_eq!(after.delta(&before, TOTAL, &[]), 5.0);
    assert_eq!(after.delta(&before, COUNT, &labels[..2]), 5.0);
    let seconds = after.delta(&before, "http_request_duration_seconds_sum", &[]);
    assert!(seconds < 60.0, "{seconds} s for five reads");
    assert_eq!(after.count("http_request_duration_seconds_bucket") % 18, 0);
    assert!(after.timestamps().iter().all(Option::is_none));
}

#[tokio::test]
async fn doubled_increments_are_counted_twice_and_observed_once() {
    let target = Target::new();
    lie(
        &target,
        json!({"double_counter": {"ratio": 1, "route": ENTRY, "status": "4xx"}}),
    )
    .await;
    target.get("/v1/kv/a").await;
    target.get("/v1/kv").await;
    target.get("/nope").await;
    let scrape = target.scrape().await;
    assert_eq!(active(&scrape, "double_counter"), Some(1.0));
    assert_eq!(scrape.sum(TOTAL, &[("route", ENTRY)]), 2.0);
    assert_eq!(scrape.sum(TOTAL, &[]), 4.0);
    assert_eq!(scrape.sum(COUNT, &[]), 3.0);
    assert_true_again(&target, "double_counter").await;
}

#[tokio::test]
async fn a_wrong_code_is_recorded_while_another_is_sent() {
    let target = Target::new();
    lie(
        &target,
        json!({"status_label": {"ratio": 1, "status": "4xx", "code": 200}}),
    )
    .await;
    assert_eq!(target.get("/v1/kv/a").await.status, 404);
    let scrape = target.scrape().await;
    assert_eq!(active(&scrape, "status_label"), Some(1.0));
    assert_eq!(scrape.sum(TOTAL, &[("status", "200")]), 1.0);
    assert_eq!(scrape.sum(TOTAL, &[("status", "404")]), 0.0);
    assert_eq!(target.log()[0]["status"], 404);
    assert_true_again(&target, "status_label").await;
}

#[tokio::test]
async fn a_class_is_recorded_in_the_place_of_a_code() {
    let target = Target::new();
    lie(&target, json!({"status_label": {"ratio": 1}})).await;
    target.get("/v1/kv/a").await;
    let scrape = target.scrape().await;
    let grouped = [("method", "GET"), ("route", ENTRY), ("status", "4xx")];
    assert_eq!(scrape.value(TOTAL, &grouped), Some(1.0));
    assert_eq!(scrape.sum(TOTAL, &[("status", "404")]), 0.0);
    assert_eq!(scrape.sum(COUNT, &grouped[..2]), 1.0);
    assert_true_again(&target, "status_label").await;
    let after = target.scrape().await;
    assert_eq!(after.value(TOTAL, &grouped), None);
}

#[tokio::test]
async fn the_route_label_can_be_missing_or_empty() {
    for (record, labels) in [
        ("missing", &[("method", "GET")][..]),
        ("empty", &[("method", "GET"), ("route", "")]),
    ] {
        let target = Target::new();
        lie(
            &target,
            json!({"route_label": {"ratio": 1, "record": record}}),
        )
        .await;
        target.get("/v1/kv/a").await;
        let scrape = target.scrape().await;
        assert_eq!(active(&scrape, "route_label"), Some(1.0));
        let counted = [labels, &[("status", "404")]].concat();
        assert_eq!(scrape.value(TOTAL, &counted), Some(1.0), "{record}");
        assert_eq!(scrape.value(COUNT, labels), Some(1.0), "{record}");
        assert_eq!(scrape.sum(TOTAL, &[("route", ENTRY)]), 0.0);
        assert_true_again(&target, "route_label").await;
        assert_eq!(target.scrape().await.value(TOTAL, &counted), None);
    }
}

#[tokio::test]
async fn raw_routes_grow_with_the_requests_up_to_their_cap() {
    let target = Target::new();
    lie(
        &target,
        json!({"route_label": {"ratio": 1, "record": "raw", "max_values": 3}}),
    )
    .await;
    for n in 0..5 {
        target.get(&format!("/v1/kv?limit={n}1")).await;
    }
    let scrape = target.scrape().await;
    let raw = |n: usize| format!("/v1/kv?limit={n}1");
    for n in 0..3 {
        assert_eq!(scrape.sum(TOTAL, &[("route", &raw(n))]), 1.0);
        assert_eq!(scrape.sum(COUNT, &[("route", &raw(n))]), 1.0);
    }
    let routes = scrape.label_values(TOTAL, "route");
    assert!(!routes.contains(raw(3).as_str()));
    assert_eq!(scrape.sum(TOTAL, &[("route", "/v1/kv")]), 2.0);
    assert_true_again(&target, "route_label").await;
    let after = target.scrape().await;
    let routes = after.label_values(TOTAL, "route");
    assert!(routes.iter().all(|route| !route.contains('?')));
}

#[tokio::test(start_paused = true)]
async fn milliseconds_are_observed_under_a_name_that_says_seconds() {
    let target = Target::new();
    target
        .set_faults(json!({
            "inner": [{"route": ENTRY, "latency_ms": 40}],
            "telemetry": {"milliseconds": {"ratio": 1}},
        }))
        .await;
    target.get("/v1/kv/a").await;
    let scrape = target.scrape().await;
    assert_eq!(active(&scrape, "milliseconds"), Some(1.0));
    let sum = scrape.sum("http_request_duration_seconds_sum", &[]);
    assert!((sum - 40.0).abs() < 1.0, "{sum}");
    let bucket = "http_request_duration_seconds_bucket";
    assert_eq!(scrape.sum(bucket, &[("le", "10")]), 0.0);
    assert_eq!(scrape.sum(bucket, &[("le", "+Inf")]), 1.0);
    assert_eq!(
        target.log()[0]["latency_ms"].as_f64().map(f64::round),
        Some(40.0)
    );
    assert_true_again(&target, "milliseconds").await;
}

#[tokio::test]
async fn coarse_buckets_leave_out_the_bounds_of_every_objective() {
    let target = Target::new();
    target.get("/v1/kv/a").await;
    for (spec, bounds) in [
        (json!({}), ["+Inf", "1", "10"].into()),
        (json!({"bounds": [0.5]}), ["+Inf", "0.5"].into()),
    ] {
        lie(&target, json!({ "coarse_buckets": spec })).await;
        let scrape = target.scrape().await;
        assert_eq!(active(&scrape, "coarse_buckets"), Some(1.0));
        let bucket = "http_request_duration_seconds_bucket";
        assert_eq!(scrape.label_values(bucket, "le"), bounds);
        assert_eq!(scrape.sum(bucket, &[("le", "+Inf")]), 1.0);
    }
    assert_true_again(&target, "coarse_buckets").await;
}

#[tokio::test]
async fn lazy_series_are_absent_until_their_first_event() {
    let target = Target::new();
    let honest = target.scrape().await;
    lie(&target, json!({"lazy_series": {}})).await;
    let scrape = target.scrape().await;
    assert_eq!(active(&scrape, "lazy_series"), Some(1.0));
    assert_eq!((scrape.count(TOTAL), scrape.count(COUNT)), (0, 0));
    assert_eq!(scrape.value("http_requests_in_flight", &[]), Some(0.0));
    target.get("/v1/kv/a").await;
    let scrape = target.scrape().await;
    assert_eq!((scrape.count(TOTAL), scrape.count(COUNT)), (1, 1));
    assert_true_again(&target, "lazy_series").await;
    let after = target.scrape().await;
    assert_eq!(after.count(TOTAL), honest.count(TOTAL));
}

#[tokio::test]
async fn reset_counters_begin_at_0_and_do_not_jump_back() {
    let target = Target::new();
    target.read_known_key(7).await;
    lie(&target, json!({"counter_reset": {}})).await;
    target.get("/v1/kv/a").await;
    let scrape = target.scrape().await;
    assert_eq!(active(&scrape, "counter_reset"), Some(1.0));
    assert_eq!(scrape.sum(TOTAL, &[]), 1.0);
    assert_eq!(scrape.sum(COUNT, &[]), 1.0);
    let infinite = [("le", "+Inf")];
    let buckets = scrape.sum("http_request_duration_seconds_bucket", &infinite);
    assert_eq!(buckets, 1.0);
    // It has happened: it does not happen again by itself.
    target.get("/v1/kv/a").await;
    assert_eq!(target.scrape().await.sum(TOTAL, &[]), 2.0);
    assert_true_again(&target, "counter_reset").await;
    assert_eq!(target.scrape().await.sum(TOTAL, &[]), 7.0);
    // Put again, it happens again.
    lie(&target, json!({"counter_reset": {}})).await;
    assert_eq!(target.scrape().await.sum(TOTAL, &[]), 0.0);
}

#[tokio::test]
async fn a_request_that_outlives_its_lies_is_counted_truly_and_resets_nothing() {
    let store = GatedStore::default();
    let gate = store.gate();
    let target = Target::with_store(store);
    let lies = json!({"counter_reset": {}, "drop_counter": {"ratio": 1}});
    lie(&target, lies).await;
    let request = async {
        target.get("/v1/kv/a").await;
    };
    let meanwhile = async {
        gate.arrived().await;
        end(&target).await;
        target.get("/nope").await;
        gate.open();
    };
    tokio::join!(request, meanwhile);
    assert_eq!(target.scrape().await.sum(TOTAL, &[]), 2.0);
}

#[tokio::test(start_paused = true)]
async fn a_reset_waits_for_its_course() {
    let target = Target::new();
    target.get("/v1/kv/a").await;
    lie(
        &target,
        json!({"counter_reset": {"course": {"after_ms": 5000}}}),
    )
    .await;
    let scrape = target.scrape().await;
    assert_eq!(scrape.sum(TOTAL, &[]), 1.0);
    assert_eq!(active(&scrape, "counter_reset"), Some(0.0));
    tokio::time::advance(Duration::from_secs(6)).await;
    let scrape = target.scrape().await;
    assert_eq!(scrape.sum(TOTAL, &[]), 0.0);
    assert_eq!(active(&scrape, "counter_reset"), Some(1.0));
}

#[tokio::test]
async fn the_gauge_sticks_where_it_is_or_where_it_is_told() {
    let gauge = "http_requests_in_flight";
    for (spec, shown) in [(json!({}), 0.0), (json!({"value": 42}), 42.0)] {
        let target = Target::with_store(StuckStore);
        lie(&target, json!({ "stuck_gauge": spec })).await;
        let scrape = target.scrape().await;
        assert_eq!(active(&scrape, "stuck_gauge"), Some(1.0));
        assert_eq!(scrape.value(gauge, &[]), Some(shown));
        let mut request = Box::pin(target.get("/v1/kv/a"));
        tokio::select! {
            biased;
            _ = &mut request => unreachable!("the store never answers"),
            () = std::future::ready(()) => {}
        }
        assert_eq!(target.scrape().await.value(gauge, &[]), Some(shown));
        end(&target).await;
        let scrape = target.scrape().await;
        assert_eq!(scrape.value(gauge, &[]), Some(1.0));
        assert_eq!(active(&scrape, "stuck_gauge"), Some(0.0));
        drop(request);
    }
}

#[tokio::test]
async fn stale_samples_have_an_old_time_in_every_format() {
    let target = Target::new();
    assert!(
        target
            .scrape()
            .await
            .timestamps()
            .iter()
            .all(Option::is_none)
    );
    lie(&target, json!({"stale_timestamp": {"age_ms": 3_600_000}})).await;
    let scrape = target.scrape().await;
    assert_eq!(active(&scrape, "stale_timestamp"), Some(1.0));
    let hour_ago = jiff::Timestamp::now().as_millisecond() as f64 - 3.6e6;
    let is_old = |at: &Option<f64>| at.is_some_and(|at| (at - hour_ago).abs() < 60_000.0);
    assert!(scrape.timestamps().iter().all(is_old));

    let request = Request::get("/metrics").header("accept", "application/openmetrics-text");
    let request = request.body("".into()).expect("a request");
    let open = Scrape::parse(&target.call(request).await.body);
    let is_old = |at: &Option<f64>| at.is_some_and(|at| (at - hour_ago / 1e3).abs() < 60.0);
    assert!(open.timestamps().iter().all(is_old));
    assert_true_again(&target, "stale_timestamp").await;
}

#[tokio::test]
async fn lies_that_cannot_be_meant_are_refused_all_at_once() {
    let target = Target::new();
    let refused = target
        .faults(
            "PUT",
            json!({"telemetry": {
                "drop_counter": {"ratio": 2},
                "double_counter": {"ratio": 1, "route": "/nope"},
                "status_label": {"ratio": 1, "code": 99},
                "route_label": {"ratio": 1, "record": "raw", "max_values": 0},
                "milliseconds": {"ratio": 1, "course": {"duration_ms": 1, "ramp_ms": 2}},
                "stale_timestamp": {"age_ms": 90_000_000},
            }})
            .to_string(),
        )
        .await;
    assert_eq!(refused.status, 400);
    for mistake in [
        "telemetry.drop_counter.ratio: must be from 0 to 1",
        "telemetry.double_counter.route: unknown route",
        "telemetry.status_label.code: must be from 100 to 599",
        "telemetry.route_label.max_values: must be from 1 to 10000",
        "telemetry.milliseconds.course.ramp_ms: must not exceed duration_ms",
        "telemetry.stale_timestamp.age_ms: must be at most 86400000",
    ] {
        assert!(
            refused.body.contains(mistake),
            "{mistake}: {}",
            refused.body
        );
    }
}

#[tokio::test]
async fn a_lying_set_is_shown_as_it_was_put() {
    let target = Target::new();
    let lies = json!({
        "status_label": {"ratio": 0.5, "status": "5xx", "code": 200},
        "route_label": {"ratio": 1.0, "record": "missing", "course": {"after_ms": 5, "ramp_ms": 0}},
        "coarse_buckets": {},
        "stuck_gauge": {"value": 3},
    });
    lie(&target, lies.clone()).await;
    assert_eq!(target.faults("GET", "").await.json()["telemetry"], lies);
}

#[tokio::test]
async fn a_defect_is_a_lie_that_no_reset_ends() {
    let target = defective(Defect::StatusMismatch);
    let fails = json!({"inner": [{"route": ENTRY, "error_ratio": 1}]});
    for _ in 0..2 {
        target.set_faults(fails.clone()).await;
        assert_eq!(target.get("/v1/kv/a").await.status, 500);
        end(&target).await;
    }
    let scrape = target.scrape().await;
    assert_eq!(active(&scrape, "status_label"), Some(1.0));
    assert_eq!(scrape.sum(TOTAL, &[("status", "200")]), 2.0);
    assert_eq!(scrape.sum(TOTAL, &[("status", "500")]), 0.0);

    let target = defective(Defect::LazyMetrics);
    end(&target).await;
    assert_eq!(target.scrape().await.count(TOTAL), 0);

    let target = defective(Defect::CoarseBuckets);
    let scrape = target.scrape().await;
    let bounds = scrape.label_values("http_request_duration_seconds_bucket", "le");
    assert_eq!(bounds, ["+Inf", "1", "10"].into());

    let target = defective(Defect::RouteWithQuery);
    for n in 1..=3 {
        target.get(&format!("/v1/kv?limit={n}")).await;
        // Another set in between does not make the series begin anew.
        lie(&target, json!({"lazy_series": {}})).await;
        target.get("/v1/kv?limit=1").await;
    }
    let scrape = target.scrape().await;
    assert_eq!(scrape.sum(TOTAL, &[("route", "/v1/kv?limit=1")]), 4.0);
    assert_eq!(scrape.sum(TOTAL, &[("route", "/v1/kv?limit=3")]), 1.0);
    assert_eq!(scrape.sum(TOTAL, &[("route", "/v1/kv")]), 0.0);
}

#[tokio::test]
async fn the_lies_are_told_in_the_dialect_of_the_original_too() {
    let parts = Parts::speaking(ProfileName::Kv, kv::CATALOGUE, Dialect::DumbKv);
    let target = parts.target(kv::profile(Arc::new(MemoryStore::default())));
    lie(
        &target,
        json!({
            "status_label": {"ratio": 1, "status": "4xx", "code": 503},
            "route_label": {"ratio": 1, "record": "raw"},
        }),
    )
    .await;
    target.get("/v1/kv/a?b=c").await;
    let scrape = target.scrape().await;
    let odd = [
        ("handler", "/v1/kv/a?b=c"),
        ("method", "GET"),
        ("status", "5xx"),
    ];
    assert_eq!(scrape.value(TOTAL, &odd), Some(1.0));
    assert_eq!(scrape.value(COUNT, &odd[..2]), Some(1.0));
    let fine = "http_request_duration_highr_seconds_count";
    assert_eq!(scrape.value(fine, &[]), Some(1.0));
    end(&target).await;
    assert_eq!(target.scrape().await.value(TOTAL, &odd), None);
}
