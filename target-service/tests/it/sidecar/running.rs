//! A sidecar on ports of its own.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use serde_json::Value;
use target_service::{
    config::Defects,
    profile::ProfileName,
    server::{Ended, Limits, Listening, ServeError, Server},
    sidecar::{self, BaseUrl, Delays, DropMode, Drops, Settings, UpstreamAddress},
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::super::support::{Parts, Scrape, Target};

/// Serves until it is dropped or stopped.
pub(super) struct Sidecar {
    pub(super) address: SocketAddr,
    target: Target,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<Result<Ended, ServeError>>,
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
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = Server {
            ports: vec![Listening {
                listener,
                routes: target.app.clone(),
                connections: target.connections.clone(),
            }],
            limits: Limits::default(),
            tasks: target
                .task
                .lock()
                .expect("task")
                .take()
                .into_iter()
                .collect(),
            drain: target.drain.clone(),
            drain_limit: Duration::from_mins(1),
            metrics: vec![Arc::clone(&target.telemetry.metrics)],
        };
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(server.run(async move {
            let _ = stopped.await;
        }));
        Self {
            address,
            target,
            stop: Some(stop),
            ended,
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
        let stop = self.stop.take().expect("running");
        stop.send(()).expect("running");
        self.ended.await.expect("no panic").expect("served")
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
