//! A sidecar on ports of its own.

use std::{net::SocketAddr, time::Duration};

use serde_json::Value;
use target_service::{
    config::Defects,
    profile::ProfileName,
    server::Ended,
    sidecar::{self, BaseUrl, Delays, DropMode, Drops, Settings, UpstreamAddress},
};

use super::super::support::{Parts, Running, Scrape, Target};

/// Serves until it is dropped or stopped.
pub(super) struct Sidecar {
    pub(super) address: SocketAddr,
    running: Running,
    target: Target,
}

/// In front of `upstream`, forwarding everything, with a timeout that no test meets by chance.
pub(super) fn settings(upstream: SocketAddr) -> Settings {
    let url = BaseUrl {
        text: format!("http://{upstream}"),
        host: upstream.ip().to_string(),
        port: upstream.port(),
    };
    Settings {
        upstream: UpstreamAddress::Url(url),
        ..builtin()
    }
}

/// The same with the built-in upstream.
pub(super) fn builtin() -> Settings {
    Settings {
        upstream: UpstreamAddress::Builtin,
        timeout: Duration::from_mins(1),
        drops: Drops {
            ratio: 0.0,
            mode: DropMode::GatewayTimeout,
            delay: Duration::ZERO,
        },
        delays: Delays {
            ratio: 0.0,
            middle: Duration::ZERO,
            jitter: Duration::ZERO,
        },
        admin: SocketAddr::from(([127, 0, 0, 1], 0)),
    }
}

impl Sidecar {
    pub(super) async fn start(settings: &Settings) -> Self {
        Self::with(settings, Defects::default(), 7).await
    }

    pub(super) async fn with(settings: &Settings, defects: Defects, seed: u64) -> Self {
        let mut parts = Parts::new(ProfileName::Sidecar, sidecar::CATALOGUE);
        parts.common.defects = defects;
        parts.common.seed = seed;
        let profile = sidecar::profile(settings, &mut parts.common.workshop());
        let target = parts.target(profile);
        let running = Running::of(&target).await;
        Self {
            address: running.address,
            running,
            target,
        }
    }

    pub(super) async fn scrape(&self) -> Scrape {
        self.target.scrape().await
    }

    pub(super) fn log(&self) -> Vec<Value> {
        self.target.log()
    }

    pub(super) async fn admin(&self, path: &str) -> (u16, String) {
        use tower::ServiceExt as _;
        let admin = self.target.admin.clone().expect("a port of its own");
        let request = axum::http::Request::get(path).body(axum::body::Body::empty());
        let response = admin.oneshot(request.expect("a request")).await;
        let response = response.expect("infallible");
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
        let body = body.expect("a body").to_vec();
        (status, String::from_utf8(body).expect("UTF-8"))
    }

    pub(super) fn in_flight(&self) -> i64 {
        self.target.telemetry.metrics.in_flight().get()
    }

    /// Sum over one outcome.
    pub(super) async fn outcome(&self, outcome: &str) -> f64 {
        let labels = [("outcome", outcome)];
        self.scrape().await.sum("sidecar_requests_total", &labels)
    }

    /// Waits until `outcome` was counted `n` times.
    pub(super) async fn counted(&self, outcome: &str, n: f64) {
        eventually(async || self.outcome(outcome).await == n).await;
    }

    /// Stops as by a signal.
    pub(super) async fn stop(mut self) -> Ended {
        self.running.stop();
        let ended = (&mut self.running.ended).await;
        ended.expect("no panic").expect("served")
    }
}

/// Polls until `holds`; fails after a time that no test needs.
pub(super) async fn eventually(holds: impl AsyncFn() -> bool) {
    let poll = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let polled = tokio::time::timeout(Duration::from_secs(30), poll).await;
    polled.expect("the condition holds within 30 s");
}
