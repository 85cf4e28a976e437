//! The exposition in each of its formats.

use axum::{body::Body, http::Request};
use prometheus_client::encoding::prometheus_protobuf::prometheus_data_model::{
    Exemplar, Histogram, MetricFamily, MetricType,
};
use prost::Message as _;
use tower::ServiceExt as _;

use super::support::{ENTRY, Scrape, Target};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PROTOBUF: &str = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,text/plain;q=0.2";
const OPEN_METRICS: &str = "application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1";

/// A target that has answered one read in a known trace, one without a key and one unknown path.
async fn used_target() -> Target {
    let target = Target::new();
    let request = Request::builder()
        .uri("/v1/kv/a")
        .header("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01"));
    target
        .call(request.body(Body::empty()).expect("a request"))
        .await;
    target.get("/nope").await;
    target
}

async fn scrape(target: &Target, accept: &str) -> (String, Vec<u8>) {
    let request = Request::builder().uri("/metrics").header("accept", accept);
    let request = request.body(Body::empty()).expect("a request");
    let app = target.app.clone();
    let (head, body) = app.oneshot(request).await.expect("infallible").into_parts();
    assert_eq!(head.headers["vary"], "accept");
    let bytes = axum::body::to_bytes(body, usize::MAX).await;
    let content_type = head.headers["content-type"].to_str().expect("text");
    (content_type.to_owned(), bytes.expect("a body").to_vec())
}

async fn text(target: &Target, accept: &str) -> (String, String) {
    let (content_type, body) = scrape(target, accept).await;
    (content_type, String::from_utf8(body).expect("UTF-8"))
}

fn decode(body: &[u8]) -> Vec<MetricFamily> {
    let (mut families, mut rest) = (Vec::new(), body);
    while !rest.is_empty() {
        families.push(MetricFamily::decode_length_delimited(&mut rest).expect("a family"));
    }
    families
}

fn latency_of_reads(families: &[MetricFamily]) -> &Histogram {
    let mut families = families.iter();
    let durations = families.find(|family| family.name == "http_request_duration_seconds");
    let mut metrics = durations.expect("a family").metric.iter();
    let read = metrics.find(|metric| {
        let labels = metric.label.iter().map(|label| label.value.as_str());
        labels.eq(["GET", ENTRY])
    });
    let histogram = read.and_then(|metric| metric.histogram.as_ref());
    histogram.expect("a histogram")
}

fn traces(exemplars: &[Exemplar]) -> Vec<&str> {
    let labels = exemplars.iter().flat_map(|exemplar| &exemplar.label);
    let traces = labels.filter(|label| label.name == "trace_id");
    traces.map(|label| label.value.as_str()).collect()
}

#[tokio::test]
async fn text_0_0_4_has_whole_names_and_nothing_of_openmetrics() {
    let (content_type, text) = text(&used_target().await, "*/*").await;
    assert_eq!(content_type, "text/plain; version=0.0.4; charset=utf-8");
    assert!(text.contains("\n# TYPE http_requests_total counter\n"));
    assert!(
        text.contains("le=\"1\"") && text.contains("le=\"0.005\"") && text.contains("le=\"+Inf\"")
    );
    assert!(!text.contains(" # ") && !text.contains("EOF"));
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let names = samples.map(|line| line.split(['{', ' ']).next().expect("a name"));
    let mut order: Vec<&str> = names.collect();
    order.dedup_by_key(|name| {
        let family = ["_bucket", "_sum", "_count"];
        let stem = family.iter().find_map(|suffix| name.strip_suffix(suffix));
        stem.unwrap_or(name)
    });
    let families = order.len();
    order.sort_unstable();
    order.dedup();
    assert_eq!(
        order.len(),
        families,
        "the samples of a family stand together"
    );
}

#[tokio::test]
async fn openmetrics_has_exemplars_with_the_trace_of_the_request() {
    let (content_type, text) = text(&used_target().await, OPEN_METRICS).await;
    let openmetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!(content_type, openmetrics);
    assert!(text.ends_with("\n# EOF\n"));
    assert!(text.contains("\n# TYPE http_requests counter\n"));
    assert!(text.contains("le=\"1.0\""));
    let exemplars: Vec<&str> = text.lines().filter(|line| line.contains(TRACE)).collect();
    assert_eq!(exemplars.len(), 1, "{exemplars:?}");
    let [exemplar] = exemplars[..] else {
        unreachable!("counted");
    };
    assert!(exemplar.starts_with("http_request_duration_seconds_bucket{"));
    assert!(exemplar.contains(&format!("route=\"{ENTRY}\"")));
    let (_, exemplar) = exemplar.split_once(" # ").expect("an exemplar");
    assert!(exemplar.starts_with(&format!("{{trace_id=\"{TRACE}\"}} 0")));
}

#[tokio::test]
async fn protobuf_has_classic_and_native_buckets_with_exemplars_in_both() {
    let (content_type, body) = scrape(&used_target().await, PROTOBUF).await;
    let protobuf = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
    assert_eq!(content_type, protobuf);
    let families = decode(&body);
    let named = |name: &str| families.iter().find(|family| family.name == name);
    let requests = named("http_requests_total").expect("a family");
    assert_eq!(requests.r#type(), MetricType::Counter);
    let histogram = latency_of_reads(&families);
    assert_eq!(histogram.sample_count, 1);
    assert_eq!(histogram.bucket.len(), 18);
    assert_eq!(histogram.schema, 3);
    assert_eq!(histogram.positive_delta, [1]);
    assert_eq!(traces(&histogram.exemplars), [TRACE]);
    assert!(histogram.exemplars[0].timestamp.is_some());
    let classic = histogram.bucket.iter();
    let classic: Vec<_> = classic
        .filter_map(|bucket| bucket.exemplar.clone())
        .collect();
    assert_eq!(traces(&classic), [TRACE]);
}

#[tokio::test]
async fn all_formats_tell_the_same() {
    let target = used_target().await;
    let (_, plain) = text(&target, "text/plain").await;
    let (_, open) = text(&target, OPEN_METRICS).await;
    let (plain, open) = (Scrape::parse(&plain), Scrape::parse(&open));
    let families = decode(&scrape(&target, PROTOBUF).await.1);
    let requests = families
        .iter()
        .find(|family| family.name == "http_requests_total");
    let metrics = requests
        .map(|family| family.metric.iter())
        .expect("a family");
    let sum: f64 = metrics
        .filter_map(|metric| metric.counter.as_ref())
        .map(|c| c.value)
        .sum();
    for scrape in [&plain, &open] {
        assert_eq!(scrape.sum("http_requests_total", &[]), 2.0);
        let observed = scrape.sum("http_request_duration_seconds_count", &[]);
        assert_eq!(observed, 2.0);
    }
    assert_eq!(sum, 2.0);
    assert_eq!(
        plain.count("http_requests_total"),
        open.count("http_requests_total")
    );
}

#[tokio::test]
async fn native_buckets_begin_anew_with_a_reset_and_vanish_when_coarse() {
    let target = used_target().await;
    let reset = serde_json::json!({"telemetry": {"counter_reset": {}}});
    target.set_faults(reset).await;
    let families = decode(&scrape(&target, PROTOBUF).await.1);
    let histogram = latency_of_reads(&families);
    assert_eq!(histogram.sample_count, 0);
    assert!(histogram.positive_span.is_empty() && histogram.positive_delta.is_empty());
    // Still native, so Prometheus goes on with the same kind of series.
    assert!(histogram.zero_threshold > 0.0);
    target.get("/v1/kv/a").await;
    let families = decode(&scrape(&target, PROTOBUF).await.1);
    assert_eq!(latency_of_reads(&families).positive_delta, [1]);

    let coarse = serde_json::json!({"telemetry": {"coarse_buckets": {}}});
    target.set_faults(coarse).await;
    let families = decode(&scrape(&target, PROTOBUF).await.1);
    let histogram = latency_of_reads(&families);
    assert!(histogram.positive_span.is_empty() && histogram.zero_threshold == 0.0);
    assert_eq!(histogram.bucket.len(), 3);
}
