//! What the sidecar tells before and without traffic, and that random requests add no labels.

use super::{
    running::{Sidecar, builtin},
    wire,
};

#[tokio::test]
async fn every_series_that_can_be_known_is_there_at_0() {
    let sidecar = Sidecar::start(&builtin()).await;
    let scrape = sidecar.scrape().await;
    for method in [
        "GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "OTHER",
    ] {
        for (outcome, status) in [
            ("forwarded", "200"),
            ("forwarded", "500"),
            ("dropped", "504"),
            ("dropped", "none"),
            ("upstream_timeout", "504"),
            ("upstream_error", "502"),
            ("client_gone", "none"),
            ("refused", "501"),
        ] {
            let labels = [("method", method), ("outcome", outcome), ("status", status)];
            let value = scrape.value("sidecar_requests_total", &labels);
            assert_eq!(value, Some(0.0), "{labels:?}");
        }
    }
    for kind in ["gateway-timeout", "reset", "hang", "delay"] {
        let value = scrape.value("sidecar_faults_injected_total", &[("kind", kind)]);
        assert_eq!(value, Some(0.0), "{kind}");
    }
    for outcome in [
        "forwarded",
        "dropped",
        "upstream_timeout",
        "upstream_error",
        "client_gone",
    ] {
        let labels = [("outcome", outcome)];
        let value = scrape.value("sidecar_request_duration_seconds_count", &labels);
        assert_eq!(value, Some(0.0), "{outcome}");
    }
    assert!(scrape.value("sidecar_upstream_up", &[]).is_some());
}

#[tokio::test]
async fn probes_and_metrics_are_on_their_own_port_and_take_no_path_away() {
    let sidecar = Sidecar::start(&builtin()).await;
    for path in ["/livez", "/readyz", "/metrics"] {
        assert_eq!(sidecar.admin(path).await.0, 200, "{path}");
        // The built-in upstream has no such path, and it is the one that is asked.
        let reply = wire::get(sidecar.address, path).await;
        assert_eq!((reply.status(), reply.text()), (404, "not found"), "{path}");
    }
    assert_eq!(sidecar.outcome("forwarded").await, 3.0);
}

#[tokio::test]
async fn random_paths_and_methods_make_no_new_series() {
    let sidecar = Sidecar::start(&builtin()).await;
    let series = async || {
        let (_, text) = sidecar.admin("/metrics").await;
        text.lines().filter(|line| !line.starts_with('#')).count()
    };
    for method in ["GET", "BREW"] {
        // Each method has its series now: a status of the upstream makes one.
        wire::reply(sidecar.address, &wire::request(method, "/", "", b"")).await;
        wire::reply(sidecar.address, &wire::request(method, "/404", "", b"")).await;
    }
    let before = series().await;
    for n in 0..50 {
        let path = format!("/{n}/secret-{n}?secret={n}");
        for method in ["GET", "BREW"] {
            wire::reply(sidecar.address, &wire::request(method, &path, "", b"")).await;
        }
    }
    assert_eq!(series().await, before);
    let (_, text) = sidecar.admin("/metrics").await;
    assert!(!text.contains("secret") && !text.contains("BREW"));
    let log = serde_json::to_string(&sidecar.log()).expect("JSON");
    assert!(!log.contains("secret") && !log.contains("BREW"));
}

#[tokio::test]
async fn the_root_has_the_route_of_every_other_path() {
    let sidecar = Sidecar::start(&builtin()).await;
    wire::get(sidecar.address, "/").await;
    wire::get(sidecar.address, "/healthz").await;
    let scrape = sidecar.scrape().await;
    let everything = [("route", "/{*path}"), ("status", "200")];
    assert_eq!(scrape.sum("http_requests_total", &everything), 2.0);
    let log = sidecar.log();
    let line = log
        .iter()
        .find(|line| line["msg"] == "request")
        .expect("a line");
    assert_eq!(line["outcome"], "forwarded");
    assert!(line["upstream_ms"].is_number());
    assert_eq!(line["route"], "/{*path}");
}
