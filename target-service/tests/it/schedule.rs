//! Profile `schedule`: routes, defaults, simulated failures and what the telemetry says of them.

use std::time::Duration;

use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};
use target_service::{
    profile::ProfileName,
    schedule::{self, Clock, Settings, domain::Version},
    telemetry::LogFormat,
};

use super::support::{Parts, Target};

pub(crate) const V1: &str = "/v1/appoints/available-schedule";
pub(crate) const V2: &str = "/v2/appoints/available-schedule";
const BARE: &str = "/appoints/available-schedule";

pub(crate) fn noon() -> Timestamp {
    at("2026-11-21T12:10:00Z")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

pub(crate) fn calm() -> Settings {
    Settings {
        error_rate: 0.0,
        ..Settings::default()
    }
}

pub(crate) fn target(settings: &Settings, clock: Clock) -> Target {
    let catalogue = settings.catalogue();
    Target::of(ProfileName::Schedule, catalogue, |workshop| {
        schedule::profile(settings, workshop.seed, clock)
    })
}

async fn answer(clock: Clock, path_and_query: &str) -> Value {
    let answer = target(&calm(), clock).get(path_and_query).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn dates(answer: &Value) -> Vec<Date> {
    let items = answer["response"].as_array().expect("items").iter();
    let date = |item: &Value| item["date"].as_str()?.parse().ok();
    items.map(|item| date(item).expect("a date")).collect()
}

fn starts(item: &Value) -> Vec<&str> {
    let slots = item["slots"].as_array().expect("slots").iter();
    slots
        .map(|slot| slot["start"].as_str().expect("a start"))
        .collect()
}

#[tokio::test]
async fn the_answer_has_the_documented_shape() {
    let query = "?professional_id=512&unit_id=905&days=15&start_date=2026-12-01";
    let body = answer(noon, &format!("{V1}{query}")).await;
    assert_eq!(body["success"], true);
    assert_eq!(
        body["filters"],
        json!({
            "professional_id": 512, "unit_id": 905, "generated_at": "2026-11-21T12:10:00Z",
            "days_requested": 15, "days_returned": 15,
            "start_date_requested": "2026-12-01", "start_date_applied": "2026-12-01",
        })
    );
    let item = &body["response"][0];
    assert_eq!(
        item["professional"],
        json!({"id": 512, "name": "Bruno Costa"})
    );
    assert_eq!(item["unit"], json!({"id": 905, "name": "North Clinic"}));
    for part in ["room", "specialty"] {
        assert!(item[part]["id"].is_i64() && item[part]["name"].is_string());
    }
    assert_eq!(item["date"], "2026-12-01");
    assert_eq!(starts(item).len(), 8);
}

#[tokio::test]
async fn each_version_has_its_defaults_and_unknown_numbers_fall_back_to_the_first() {
    for (path, professional, unit) in [(V1, 2684, 901), (V2, 4102, 108), (BARE, 4102, 108)] {
        let body = answer(noon, path).await;
        let filters = &body["filters"];
        assert_eq!(filters["professional_id"], professional, "{path}");
        assert_eq!(filters["unit_id"], unit, "{path}");
        assert_eq!(filters["days_requested"], 15);
        assert_eq!(filters["start_date_requested"], Value::Null);
        assert_eq!(filters["start_date_applied"], "2026-11-21");
        let item = &body["response"][0];
        assert_eq!(
            (&item["professional"]["id"], &item["unit"]["id"]),
            (&json!(2684), &json!(901))
        );
    }
}

#[tokio::test]
async fn days_are_clamped_and_a_day_gone_by_becomes_today() {
    for (asked, returned) in [("-5", 15), ("14", 15), ("15", 15), ("30", 30), ("31", 30)] {
        let body = answer(noon, &format!("{V2}?days={asked}&start_date=2020-01-01")).await;
        assert_eq!(dates(&body).len(), returned, "{asked}");
        let filters = &body["filters"];
        assert_eq!(filters["days_requested"].to_string(), asked);
        assert_eq!(filters["days_returned"], returned);
        assert_eq!(filters["start_date_requested"], "2020-01-01");
        assert_eq!(filters["start_date_applied"], "2026-11-21");
    }
}

#[tokio::test]
async fn days_run_on_over_the_ends_of_months_and_years() {
    let body = answer(|| at("2027-12-31T23:59:59Z"), &format!("{V1}?days=30")).await;
    let dates = dates(&body);
    assert_eq!(dates.first(), Some(&jiff::civil::date(2028, 1, 1)));
    assert_eq!(dates.last(), Some(&jiff::civil::date(2028, 1, 29)));
    let leap = answer(noon, &format!("{V1}?start_date=2028-02-28")).await;
    assert_eq!(leap["response"][1]["date"], "2028-02-29");
    assert_eq!(leap["response"][2]["date"], "2028-03-01");
    let end = answer(noon, &format!("{V1}?start_date=9999-12-31")).await;
    assert_eq!(end["filters"]["start_date_applied"], "9999-12-17");
    assert_eq!(end["response"][14]["date"], "9999-12-31");
}

#[tokio::test]
async fn today_has_no_slot_that_has_begun_and_drops_out_after_six() {
    let at_ten_past_four = answer(|| at("2026-11-21T16:10:00Z"), V1).await;
    let today = &at_ten_past_four["response"][0];
    assert_eq!(starts(today), ["16:30", "17:00", "17:30", "18:00"]);

    let at_six = answer(|| at("2026-11-21T18:00:00Z"), V1).await;
    assert_eq!(at_six["filters"]["days_returned"], 15);
    assert_eq!(starts(&at_six["response"][0]), ["18:00"]);

    let after_six = answer(|| at("2026-11-21T18:00:00.000000001Z"), V1).await;
    assert_eq!(after_six["filters"]["days_returned"], 14);
    assert_eq!(after_six["filters"]["start_date_applied"], "2026-11-21");
    assert_eq!(after_six["response"][0]["date"], "2026-11-22");

    let later = answer(
        || at("2026-11-21T23:00:00Z"),
        &format!("{V1}?start_date=2026-11-22"),
    )
    .await;
    assert_eq!(
        later["filters"]["days_returned"], 15,
        "other days are whole"
    );
}

#[tokio::test]
async fn v1_refuses_what_it_does_not_understand_and_counts_it() {
    let target = target(
        &Settings {
            error_rate: 1.0,
            ..calm()
        },
        noon,
    );
    let before = target.scrape().await;
    let refused = target
        .get(&format!("{V1}?days=abc&unit_id=905&start_date=tomorrow"))
        .await;
    assert_eq!(refused.status, 422, "refused before a failure is simulated");
    let integer = "Input should be a valid integer, unable to parse string as an integer";
    let date = "Input should be a valid date in the format YYYY-MM-DD";
    assert_eq!(
        refused.json(),
        json!({"detail": [
            {"type": "int_parsing", "loc": ["query", "days"], "msg": integer, "input": "abc"},
            {"type": "date_parsing", "loc": ["query", "start_date"], "msg": date, "input": "tomorrow"},
        ]})
    );
    let after = target.scrape().await;
    let labels = [("method", "GET"), ("route", V1), ("status", "422")];
    assert_eq!(before.value("http_requests_total", &labels), Some(0.0));
    assert_eq!(after.value("http_requests_total", &labels), Some(1.0));
    assert_eq!(target.log()[0]["error"], "invalid_query");
    assert!(!target.log_text().contains("tomorrow"));
}

#[tokio::test]
async fn v2_puts_defaults_in_place_of_what_it_does_not_understand() {
    let body = answer(
        noon,
        &format!("{V2}?professional_id=x&unit_id=&days=1e3&start_date=no"),
    )
    .await;
    let filters = &body["filters"];
    assert_eq!(filters["professional_id"], 4102);
    assert_eq!(filters["unit_id"], 108);
    assert_eq!(filters["days_requested"], 15);
    assert_eq!(filters["start_date_requested"], Value::Null);
}

#[tokio::test]
async fn a_simulated_failure_speaks_the_manner_of_its_version_and_leaves_a_note() {
    let target = target(
        &Settings {
            error_rate: 1.0,
            ..calm()
        },
        noon,
    );
    let text = "transient error retrieving schedule";
    let v1 = target.get(V1).await;
    assert_eq!((v1.status, v1.body.as_str()), (500, text));
    assert_eq!(v1.headers["content-type"], "text/plain; charset=utf-8");
    for path in [V2, BARE] {
        let v2 = target.get(path).await;
        assert_eq!((v2.status, v2.json()), (500, json!({"error": text})));
        assert_eq!(v2.headers["content-type"], "application/json");
    }
    for path in ["/", "/healthz", "/readyz"] {
        assert_eq!(target.get(path).await.status, 200, "{path} is spared");
    }
    let log = target.log();
    for line in &log[..3] {
        assert_eq!(line["note"], "simulated failure");
        assert_eq!(line["status"], 500);
        assert_eq!(line["error"], "simulated_failure");
    }
    assert_eq!(log[3]["note"], Value::Null);
}

#[tokio::test]
async fn both_styles_from_the_field_tell_a_simulated_failure() {
    let settings = Settings {
        error_rate: 1.0,
        ..calm()
    };
    let log = async |format| {
        let parts = Parts::logging(ProfileName::Schedule, settings.catalogue(), format);
        let target = parts.target(schedule::profile(&settings, 7, noon));
        target.get(&format!("{V1}?days=16")).await;
        target.log_text()
    };
    let access = log(LogFormat::Access).await;
    let request = format!("\"GET {V1}?days=16 HTTP/1.1\" 500 Internal Server Error\n");
    assert!(
        access.starts_with("INFO:     ") && access.ends_with(&request),
        "{access}"
    );
    let dated = log(LogFormat::DatedJson).await;
    let fields = dated.find('{').map(|begin| &dated[begin..]);
    let fields: Value = serde_json::from_str(fields.expect("an object")).expect("JSON");
    assert_eq!(fields["route"], V1);
    assert_eq!(fields["status"], 500);
    assert_eq!(fields["note"], "simulated failure");
}

#[tokio::test]
async fn the_share_of_failures_is_the_error_rate_and_a_seed_repeats_it() {
    let n = 2000;
    let statuses = async || {
        let target = target(
            &Settings {
                error_rate: 0.1,
                ..calm()
            },
            noon,
        );
        let mut statuses = Vec::new();
        for _ in 0..n {
            statuses.push(target.get(V2).await.status);
        }
        statuses
    };
    let first = statuses().await;
    let failures = first.iter().filter(|status| **status == 500).count();
    // Five standard deviations of a binomial share: 5 * sqrt(0.1 * 0.9 * 2000) = 67.
    assert!(failures.abs_diff(200) < 67, "{failures}");
    assert_eq!(first, statuses().await);
}

#[tokio::test]
async fn the_share_of_free_slots_is_that_of_the_version() {
    for (path, share) in [(V1, 0.75), (V2, 0.8)] {
        let target = target(&calm(), noon);
        let (mut slots, mut free) = (0, 0);
        for _ in 0..20 {
            let body = target
                .get(&format!("{path}?days=30&start_date=2027-01-01"))
                .await
                .json();
            for item in body["response"].as_array().expect("items") {
                let available = |slot: &&Value| slot["available"] == true;
                let all = item["slots"].as_array().expect("slots");
                slots += all.len();
                free += all.iter().filter(available).count();
            }
        }
        assert_eq!(slots, 20 * 30 * 8);
        // Five standard deviations of a binomial share of 4800 slots.
        let tolerance = 5.0 * (share * (1.0 - share) / slots as f64).sqrt();
        let measured = free as f64 / slots as f64;
        assert!((measured - share).abs() < tolerance, "{path}: {measured}");
    }
}

#[tokio::test(start_paused = true)]
async fn extra_latency_strikes_schedules_alone_and_shows_in_the_histogram() {
    let extra_latency = Duration::from_millis(400);
    let target = target(
        &Settings {
            extra_latency,
            ..calm()
        },
        noon,
    );
    for (path, expected) in [
        (V1, extra_latency),
        (V2, extra_latency),
        ("/healthz", Duration::ZERO),
    ] {
        let asked = tokio::time::Instant::now();
        assert_eq!(target.get(path).await.status, 200);
        assert_eq!(asked.elapsed(), expected, "{path}");
    }
    let scrape = target.scrape().await;
    let labels = [("method", "GET"), ("route", V1)];
    let sum = scrape.value("http_request_duration_seconds_sum", &labels);
    assert_eq!(sum, Some(0.4));
}

#[tokio::test]
async fn the_index_tells_name_and_endpoints_and_health_is_ok() {
    let target = target(&calm(), noon);
    let index = target.get("/?utm=x").await;
    let endpoints = json!(["/", "/healthz", V1, V2, BARE, "/v2/healthz"]);
    let expected =
        json!({"service": "available-schedules", "status": "ok", "endpoints": endpoints});
    assert_eq!((index.status, index.json()), (200, expected));
    for path in ["/healthz", "/v2/healthz"] {
        let health = target.get(path).await;
        assert_eq!(
            (health.status, health.json()),
            (200, json!({"status": "ok"}))
        );
    }
    let metrics = target.get("/v2/metrics").await;
    assert!(metrics.body.contains("http_requests_total"));
    target.get("/nope").await.assert_detail(404, "Not Found");
    target
        .send("POST", V2, "")
        .await
        .assert_detail(405, "Method Not Allowed");
}

#[tokio::test]
async fn a_version_that_is_not_served_is_not_there() {
    let only = |version| Settings {
        versions: [version].into(),
        ..calm()
    };
    let v1 = target(&only(Version::V1), noon);
    assert_eq!(v1.get(V1).await.status, 200);
    for path in [V2, BARE, "/v2/healthz", "/v2/metrics"] {
        assert_eq!(v1.get(path).await.status, 404, "{path}");
    }
    assert!(!v1.get("/metrics").await.body.contains("/v2/"));
    let v2 = target(&only(Version::V2), noon);
    assert_eq!(v2.get(V2).await.status, 200);
    assert_eq!(v2.get(V1).await.status, 404);
    assert_eq!(v2.get("/healthz").await.status, 200);
    assert!(!v2.get("/metrics").await.body.contains("/v1/"));
}

#[tokio::test]
async fn hundreds_of_distinct_urls_make_no_new_series() {
    let target = target(
        &Settings {
            error_rate: 0.2,
            ..calm()
        },
        noon,
    );
    let before = target.scrape().await;
    for i in 0..300 {
        target
            .get(&format!("{V1}?professional_id={i}&days={}", i % 40))
            .await;
        target.get(&format!("{V2}?unit_id={i}&secret=x{i}")).await;
    }
    let after = target.scrape().await;
    for name in ["http_requests_total", "http_request_duration_seconds_count"] {
        assert_eq!(after.count(name), before.count(name), "{name}");
    }
    assert_eq!(after.sum("http_requests_total", &[]), 600.0);
    assert!(!target.get("/metrics").await.body.contains("secret"));
    assert!(!target.log_text().contains("secret"));
}
