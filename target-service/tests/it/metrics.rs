//! The exposition before, while and after requests.

use super::support::{ENTRY, StuckStore, Target};

const KNOWN: [(&str, &str, &[&str]); 10] = [
    ("GET", ENTRY, &["200", "400", "404"]),
    ("HEAD", ENTRY, &["200", "400", "404"]),
    ("PUT", ENTRY, &["204", "400", "408", "413"]),
    ("DELETE", ENTRY, &["204", "400", "404"]),
    ("GET", "/v1/kv", &["200", "400"]),
    ("HEAD", "/v1/kv", &["200", "400"]),
    ("GET", "/livez", &["200"]),
    ("HEAD", "/readyz", &["200"]),
    ("GET", "/readyz", &["200"]),
    ("GET", "unmatched", &["404"]),
];

#[tokio::test]
async fn every_known_series_is_0_before_the_first_request() {
    let scrape = Target::new().scrape().await;
    for (method, route, own) in KNOWN {
        for status in own.iter().chain(&["500", "502", "503", "504"]) {
            let labels = [("method", method), ("route", route), ("status", status)];
            let value = scrape.value("http_requests_total", &labels);
            assert_eq!(value, Some(0.0), "{labels:?}");
        }
        let labels = [("method", method), ("route", route)];
        let count = scrape.value("http_request_duration_seconds_count", &labels);
        assert_eq!(count, Some(0.0), "{labels:?}");
        let aborted = scrape.value("http_requests_aborted_total", &labels[1..]);
        assert_eq!(aborted, Some(0.0), "{labels:?}");
    }
    for method in ["POST", "PATCH", "OPTIONS", "OTHER"] {
        let refused = [("method", method), ("route", ENTRY), ("status", "405")];
        assert_eq!(scrape.value("http_requests_total", &refused), Some(0.0));
    }
    for fault in [
        "inner_error",
        "inner_latency",
        "outer_error",
        "outer_latency",
        "drop_counter",
        "double_counter",
        "status_label",
        "route_label",
        "milliseconds",
        "coarse_buckets",
        "lazy_series",
        "counter_reset",
        "stuck_gauge",
        "stale_timestamp",
    ] {
        let labels = [("fault", fault)];
        assert_eq!(scrape.value("target_fault_active", &labels), Some(0.0));
    }
    assert_eq!(scrape.value("log_lines_dropped_total", &[]), Some(0.0));
    assert_eq!(scrape.value("http_requests_in_flight", &[]), Some(0.0));
}

#[tokio::test]
async fn no_request_of_a_known_kind_makes_a_new_series() {
    let target = Target::new();
    let before = target.scrape().await.count("http_requests_total");
    let too_large = "x".repeat(65_537);
    for (method, path, body) in [
        ("PUT", "/v1/kv/a", "x"),
        ("PUT", "/v1/kv/%20", "x"),
        ("PUT", "/v1/kv/a", &too_large),
        ("GET", "/v1/kv/a", ""),
        ("GET", "/v1/kv/b", ""),
        ("GET", "/v1/kv/%20", ""),
        ("HEAD", "/v1/kv/a", ""),
        ("DELETE", "/v1/kv/a", ""),
        ("DELETE", "/v1/kv/a", ""),
        ("DELETE", "/v1/kv/%20", ""),
        ("PATCH", "/v1/kv/a", ""),
        ("BREW", "/v1/kv/a", ""),
        ("GET", "/v1/kv", ""),
        ("GET", "/v1/kv?x=1", ""),
        ("HEAD", "/v1/kv", ""),
        ("POST", "/v1/kv", ""),
        ("GET", "/nope", ""),
        ("BREW", "/nope/2", ""),
        ("GET", "/livez", ""),
        ("HEAD", "/livez", ""),
        ("PUT", "/readyz", ""),
        ("HEAD", "/readyz", ""),
    ] {
        target.send(method, path, body.to_owned()).await;
    }
    target.drain.begin();
    target.get("/readyz").await;
    let after = target.scrape().await;
    assert_eq!(after.count("http_requests_total"), before);
    assert_eq!(after.sum("http_requests_total", &[]), 23.0);
}

#[tokio::test]
async fn the_histogram_has_the_promised_bounds() {
    let target = Target::new();
    let text = target.get("/metrics").await.body;
    let series = "http_request_duration_seconds_bucket{method=\"GET\",route=\"/v1/kv\"";
    let prefix = format!("{series},le=\"");
    let suffix = "\"} 0";
    let bound = |line: &str| {
        let number = line.strip_prefix(prefix.as_str())?.strip_suffix(suffix)?;
        number.parse::<f64>().ok()
    };
    let bounds: Vec<f64> = text.lines().filter_map(bound).collect();
    let finite = [
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0, 2.0, 5.0,
        10.0,
    ];
    assert_eq!(bounds[..17], finite);
    assert_eq!(bounds[17..], [f64::INFINITY]);
}

#[tokio::test]
async fn the_exposition_says_what_it_is_and_is_not_counted() {
    let target = Target::new();
    let first = target.get("/metrics").await;
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    assert_eq!(first.headers["content-type"], content_type);
    let scrape = target.scrape().await;
    assert_eq!(scrape.sum("http_requests_total", &[]), 0.0);
    let build = [
        ("version", "1.2.3"),
        ("profile", "kv"),
        ("compat", "native"),
    ];
    assert_eq!(scrape.value("target_build_info", &build), Some(1.0));
    let started = scrape
        .value("process_start_time_seconds", &[])
        .expect("a start");
    assert!(started > 1.7e9);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_process_is_described() {
    let scrape = Target::new().scrape().await;
    for (name, least) in [
        ("process_cpu_seconds_total", 0.0),
        ("process_open_fds", 3.0),
        ("process_max_fds", 4.0),
        ("process_resident_memory_bytes", 1e5),
        ("process_virtual_memory_bytes", 1e5),
        ("process_threads", 1.0),
    ] {
        let value = scrape.value(name, &[]);
        assert!(
            value.is_some_and(|value| value >= least),
            "{name} {value:?}"
        );
    }
}

#[tokio::test]
async fn raw_paths_and_invented_methods_make_no_labels() {
    let target = Target::new();
    target.send("BREW", "/secret-path?secret-query", "").await;
    target.get("/v1/kv/secret-key?secret-query").await;
    let text = target.get("/metrics").await.body;
    assert!(!text.contains("secret") && !text.contains("BREW"));
}

#[tokio::test]
async fn a_client_that_leaves_is_counted_as_aborted() {
    let target = Target::with_store(StuckStore);
    tokio::select! {
        biased;
        _ = target.get("/v1/kv/a") => unreachable!("the store never answers"),
        () = std::future::ready(()) => {}
    }
    let scrape = target.scrape().await;
    assert_eq!(
        scrape.value("http_requests_aborted_total", &[("route", ENTRY)]),
        Some(1.0)
    );
    assert_eq!(scrape.value("http_requests_in_flight", &[]), Some(0.0));
    assert_eq!(scrape.sum("http_requests_total", &[]), 0.0);
    assert!(target.log().is_empty());
}
