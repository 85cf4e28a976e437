//! Traces: what is taken over, what is handed on, what reaches a collector.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{HeaderMap, Request, StatusCode},
    routing::{get, post},
};
use serde_json::{Value, json};
use target_service::{
    endpoint::{Catalogue, Endpoint},
    kv::{self, store::MemoryStore},
    profile::{Bodies, Profile, ProfileName},
    telemetry::{CollectorUrl, Identity, SpanExporter, Tracer},
};

use super::support::{ENTRY, Parts, Program, Target, program};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

fn traced(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let request = Request::get(path);
    let add = |request: axum::http::request::Builder, (name, value): &(&str, &str)| {
        request.header(*name, *value)
    };
    let request = headers.iter().fold(request, add);
    request.body(Body::empty()).expect("a request")
}

/// A route that tells which trace headers the next service would get.
fn echo() -> Target {
    const ECHO: Catalogue = Catalogue(&[Endpoint::user("GET", "/echo", &[200])]);
    let handed_on = async |headers: HeaderMap| {
        let all = |name: &str| -> Vec<String> {
            let values = headers.get_all(name).iter();
            values
                .map(|v| v.to_str().expect("ASCII").to_owned())
                .collect()
        };
        Json(json!({"traceparent": all("traceparent"), "tracestate": all("tracestate")}))
    };
    Target::of(ProfileName::Sidecar, ECHO, |_| {
        Profile {
            // As in every profile that passes requests on.
            bodies: Bodies::Streamed,
            ..Profile::of(Router::new().route("/echo", get(handed_on)))
        }
    })
}

#[tokio::test]
async fn the_next_service_gets_this_span_as_parent_and_the_state_untouched() {
    let target = echo();
    let parent = format!("00-{TRACE}-{PARENT}-01");
    let answer = target
        .call(traced(
            "/echo",
            &[
                ("traceparent", &parent),
                ("tracestate", "a=1,b=2"),
                ("tracestate", "c=3"),
            ],
        ))
        .await;
    let own = answer.headers["traceparent"]
        .to_str()
        .expect("ASCII")
        .to_owned();
    assert!(
        own.starts_with(&format!("00-{TRACE}-")) && own.ends_with("-01"),
        "{own}"
    );
    assert!(!own.contains(PARENT));
    assert_eq!(
        answer.json(),
        json!({"traceparent": [own], "tracestate": ["a=1,b=2", "c=3"]})
    );
}

#[tokio::test]
async fn a_state_without_a_good_parent_is_not_handed_on() {
    let target = echo();
    let parent = format!("00-{TRACE}-{PARENT}-01");
    for parents in [
        vec![],
        vec!["00-nonsense"],
        vec![parent.as_str(), parent.as_str()],
    ] {
        let mut headers = vec![("tracestate", "a=1")];
        headers.extend(parents.iter().map(|parent| ("traceparent", *parent)));
        let answer = target.call(traced("/echo", &headers)).await.json();
        assert_eq!(answer["tracestate"], json!([]), "{parents:?}");
        assert_eq!(answer["traceparent"].as_array().map(Vec::len), Some(1));
        let own = answer["traceparent"][0].as_str().expect("a header");
        assert!(!own.contains(TRACE), "{parents:?}: {own}");
        assert!(own.ends_with("-00"), "nothing is exported: {own}");
    }
}

/// Everything that was posted to a collector.
#[derive(Clone)]
struct Collector {
    address: SocketAddr,
    url: CollectorUrl,
    posts: Arc<Mutex<Vec<Value>>>,
}

impl Collector {
    async fn answering(status: StatusCode) -> Self {
        let posts: Arc<Mutex<Vec<Value>>> = Arc::default();
        let take = async move |State(posts): State<Arc<Mutex<Vec<Value>>>>,
                               Json(body): Json<Value>| {
            posts.lock().expect("posts").push(body);
            (status, Json(json!({})))
        };
        let app = Router::new()
            .route("/v1/traces", post(take))
            .with_state(Arc::clone(&posts));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, app).await });
        let url = CollectorUrl::parse(&format!("http://{address}/")).expect("a URL");
        Self {
            address,
            url,
            posts,
        }
    }

    /// All spans, in the order in which they came.
    fn spans(&self) -> Vec<Value> {
        let posts = self.posts.lock().expect("posts");
        let spans = posts.iter().flat_map(|post| {
            let spans = &post["resourceSpans"][0]["scopeSpans"][0]["spans"];
            spans.as_array().expect("spans").clone()
        });
        spans.collect()
    }
}

fn exporting(url: &CollectorUrl) -> Target {
    let mut parts = Parts::new(ProfileName::Kv, kv::CATALOGUE);
    let identity = Identity {
        service: "kv".to_owned(),
        environment: "test".to_owned(),
        version: "1.2.3",
        profile: "kv".to_owned(),
    };
    let exporter = SpanExporter::start(url, identity, parts.common.logger.clone());
    parts.common.tracer = Tracer::exporting(exporter);
    parts.target(kv::profile(Arc::new(MemoryStore::default())))
}

fn attribute<'a>(of: &'a Value, key: &str) -> Option<&'a Value> {
    let attributes = of["attributes"].as_array().expect("attributes");
    let found = attributes
        .iter()
        .find(|attribute| attribute["key"] == key)?;
    found["value"].as_object().expect("a value").values().next()
}

#[tokio::test]
async fn each_request_is_a_span_of_its_trace() {
    let collector = Collector::answering(StatusCode::OK).await;
    let target = exporting(&collector.url);
    let parent = format!("00-{TRACE}-{PARENT}-01");
    let headers = [("traceparent", parent.as_str()), ("tracestate", "a=1")];
    target.call(traced("/v1/kv/secret?secret", &headers)).await;
    target.get("/secret").await;
    target.telemetry.tracer.flush().await;

    let post = collector.posts.lock().expect("posts")[0].clone();
    assert!(!post.to_string().contains("secret"), "{post}");
    let resource = &post["resourceSpans"][0]["resource"];
    assert_eq!(attribute(resource, "service.name"), Some(&json!("kv")));
    assert_eq!(
        attribute(resource, "service.version"),
        Some(&json!("1.2.3"))
    );
    let spans = collector.spans();
    assert_eq!(spans.len(), 2);
    let (taken_over, begun) = (&spans[0], &spans[1]);
    let log = target.log();
    for (span, line) in spans.iter().zip(&log) {
        assert_eq!(span["traceId"], line["trace_id"]);
        assert_eq!(span["spanId"], line["span_id"]);
        assert_eq!(span["kind"], 2);
        assert!(
            span.get("status").is_none(),
            "a client's mistake is no error"
        );
        assert_eq!(
            attribute(span, "http.response.status_code"),
            Some(&json!("404"))
        );
        assert_eq!(attribute(span, "http.request.method"), Some(&json!("GET")));
        let time = |field: &str| -> u64 {
            span[field]
                .as_str()
                .and_then(|text| text.parse().ok())
                .expect("nanoseconds")
        };
        let length = time("endTimeUnixNano") - time("startTimeUnixNano");
        let latency_ms = line["latency_ms"].as_f64().expect("a number");
        assert!((length as f64 / 1e6 - latency_ms).abs() < 0.001);
    }
    assert_eq!(taken_over["traceId"], TRACE);
    assert_eq!(taken_over["parentSpanId"], PARENT);
    assert_eq!(taken_over["traceState"], "a=1");
    assert_eq!(taken_over["name"], format!("GET {ENTRY}"));
    assert_eq!(attribute(taken_over, "http.route"), Some(&json!(ENTRY)));
    assert_eq!(begun["flags"], 1);
    assert_eq!(begun["name"], "GET");
    assert_eq!(attribute(begun, "http.route"), None);
    assert!(begun.get("parentSpanId").is_none());
}

#[tokio::test]
async fn an_answer_of_500_and_above_is_an_error() {
    let collector = Collector::answering(StatusCode::OK).await;
    let target = exporting(&collector.url);
    target
        .set_faults(json!({"inner": [{"route": ENTRY, "error_ratio": 1, "status": 503}]}))
        .await;
    target.get("/v1/kv/a").await;
    target.telemetry.tracer.flush().await;
    let spans = collector.spans();
    assert_eq!(spans[0]["status"], json!({"code": 2}));
    assert_eq!(attribute(&spans[0], "error.type"), Some(&json!("503")));
}

#[tokio::test]
async fn a_trace_that_its_caller_does_not_sample_is_not_exported() {
    let collector = Collector::answering(StatusCode::OK).await;
    let target = exporting(&collector.url);
    let parent = format!("00-{TRACE}-{PARENT}-00");
    target
        .call(traced("/v1/kv/a", &[("traceparent", &parent)]))
        .await;
    target.get("/v1/kv/b").await;
    target.telemetry.tracer.flush().await;
    let spans = collector.spans();
    assert_eq!(spans.len(), 1);
    assert_ne!(spans[0]["traceId"], TRACE);
}

#[tokio::test]
async fn spans_that_the_collector_does_not_take_are_counted_and_told_once() {
    let unreachable = CollectorUrl::parse("http://127.0.0.1:1").expect("a URL");
    let refusing = Collector::answering(StatusCode::SERVICE_UNAVAILABLE).await;
    for (url, error) in [
        (unreachable, "cannot connect"),
        (refusing.url, "status 503"),
    ] {
        let target = exporting(&url);
        for n in 1..=3 {
            target.get("/nope").await;
            target.telemetry.tracer.flush().await;
            let scrape = target.scrape().await;
            assert_eq!(
                scrape.value("otel_spans_dropped_total", &[]),
                Some(f64::from(n))
            );
        }
        let log = target.log();
        let warnings: Vec<&Value> = log.iter().filter(|line| line["level"] == "warn").collect();
        assert_eq!(warnings.len(), 1, "{log:?}");
        assert_eq!(warnings[0]["msg"], "spans are not exported");
        assert_eq!(warnings[0]["error"], error);
    }
}

#[tokio::test]
async fn a_slow_collector_loses_spans_and_holds_no_request_up() {
    // It accepts connections and never answers.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let url = CollectorUrl::parse(&format!("http://{address}")).expect("a URL");
    let target = exporting(&url);
    // Twice the queue and more.
    for _ in 0..20_000 {
        assert_eq!(target.get("/nope").await.status, 404);
    }
    let dropped = target.scrape().await.sum("otel_spans_dropped_total", &[]);
    assert!(dropped >= 1.0, "{dropped}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_spans_are_sent_before_the_program_ends() {
    let collector = Collector::answering(StatusCode::OK).await;
    let mut command = program();
    command
        .env(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            format!("http://{}", collector.address),
        )
        .env("ENVIRONMENT", "staging");
    let service = Program::of(command.args(["--database", "memory"]));
    assert_eq!(service.listening["env"], "staging");
    assert_eq!(service.get("/v1/kv/a").0, 404);
    let log = service.stop();

    let spans = collector.spans();
    assert_eq!(spans.len(), 1);
    assert_eq!(spans[0]["name"], format!("GET {ENTRY}"));
    let request = log.lines().next().expect("a line");
    let request: Value = serde_json::from_str(request).expect("JSON");
    assert_eq!(request["trace_id"], spans[0]["traceId"]);
}

#[test]
fn only_a_plain_address_is_one_of_a_collector() {
    for bad in [
        "",
        "collector",
        "https://h:4318",
        "http://u:p@h:4318",
        "http://h/?a=b",
        "/",
    ] {
        assert!(CollectorUrl::parse(bad).is_err(), "{bad:?}");
    }
    assert!(CollectorUrl::parse("http://h:4318/prefix").is_ok());
}
