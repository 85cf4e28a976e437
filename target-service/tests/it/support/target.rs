//! The service and its fault API, called without a socket.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request},
};
use prometheus_client::metrics::counter::Counter;
use serde_json::{Value, json};
use target_service::{
    config::Defects,
    drain::Drain,
    endpoint::Catalogue,
    faults::{self, Faults},
    kv::{self, domain::Store, store::MemoryStore},
    profile::{Profile, ProfileName, Task, Workshop},
    server::Connections,
    service::{Common, Service},
    telemetry::{
        BuildLabels, Dialect, Identity, Level, LogFormat, LogSink, LogStyle, Logger, Metrics,
        Telemetry, Tracer,
    },
};
use tower::ServiceExt as _;

use super::Scrape;

pub(crate) struct Target {
    pub(crate) app: Router,
    pub(crate) telemetry: Telemetry,
    pub(crate) drain: Drain,
    /// Probes and metrics, when they have a port of their own.
    pub(crate) admin: Option<Router>,
    pub(crate) task: Mutex<Option<Task>>,
    pub(crate) connections: Connections,
    fault_api: Router,
    log: Written,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

#[derive(Clone, Default)]
pub(crate) struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("log").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Everything but the profile.
pub(crate) struct Parts {
    pub(crate) common: Common,
    name: ProfileName,
    log: Written,
}

impl Parts {
    pub(crate) fn new(name: ProfileName, catalogue: Catalogue) -> Self {
        Self::built(name, catalogue, Dialect::Native, LogFormat::Json)
    }

    /// With the HTTP metrics of `dialect`.
    pub(crate) fn speaking(name: ProfileName, catalogue: Catalogue, dialect: Dialect) -> Self {
        Self::built(name, catalogue, dialect, LogFormat::Json)
    }

    /// With log lines in `format`.
    pub(crate) fn logging(name: ProfileName, catalogue: Catalogue, format: LogFormat) -> Self {
        Self::built(name, catalogue, Dialect::Native, format)
    }

    fn built(name: ProfileName, catalogue: Catalogue, dialect: Dialect, format: LogFormat) -> Self {
        let build = BuildLabels {
            version: "1.2.3",
            profile: name.as_str(),
        };
        let identity = Identity {
            service: name.service().to_owned(),
            environment: "test".to_owned(),
            version: "1.2.3",
            profile: name.to_string(),
        };
        let style = LogStyle {
            format,
            least: Level::Info,
            queries: name.queries_are_harmless(),
        };
        let faults = Faults::none(catalogue, 7);
        let log = Written::default();
        let dropped = Counter::default();
        let sink = LogSink::start(log.clone(), 100_000, dropped.clone());
        let common = Common {
            metrics: Metrics::new(catalogue, build, dropped, dialect),
            logger: Logger::new(identity, style, sink.expect("a thread"), faults.clone()),
            tracer: Tracer::default(),
            faults,
            drain: Drain::default(),
            defects: Defects::default(),
            seed: 7,
            catalogue,
            request_limit: Duration::from_secs(10),
            rate: None,
            max_connections: 100,
        };
        Self { common, name, log }
    }

    /// Of a key-value store.
    pub(crate) fn kv() -> Self {
        Self::new(ProfileName::Kv, kv::CATALOGUE)
    }

    /// The service around `profile`.
    pub(crate) fn target(self, profile: Profile) -> Target {
        let drain = self.common.drain.clone();
        let service = Service::new(self.common, profile);
        let faults = service.telemetry.faults.clone();
        Target {
            app: service.router,
            telemetry: service.telemetry,
            drain,
            admin: service.admin.map(|(_, router)| router),
            task: Mutex::new(service.task),
            connections: service.connections,
            fault_api: faults::router(vec![(self.name, faults)], None),
            log: self.log,
        }
    }
}

/// The profile whose faults are tried.
pub(crate) fn kv_in_memory() -> Profile {
    kv::profile(Arc::new(MemoryStore::default()))
}

impl Target {
    pub(crate) fn new() -> Self {
        Self::with_store(MemoryStore::default())
    }

    pub(crate) fn with_store(store: impl Store) -> Self {
        Self::of(ProfileName::Kv, kv::CATALOGUE, |_| {
            kv::profile(Arc::new(store))
        })
    }

    /// Any profile; `open` gets what a profile is built with.
    pub(crate) fn of(
        name: ProfileName,
        catalogue: Catalogue,
        open: impl FnOnce(&mut Workshop<'_>) -> Profile,
    ) -> Self {
        let mut parts = Parts::new(name, catalogue);
        let profile = open(&mut parts.common.workshop());
        parts.target(profile)
    }

    pub(crate) async fn call(&self, request: Request<Body>) -> Answer {
        answer(self.app.clone(), request).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        self.call(request(method, path, body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "").await
    }

    /// The statuses of `n` reads of an entry that exists.
    pub(crate) async fn read_known_key(&self, n: usize) -> Vec<u16> {
        assert_eq!(self.send("PUT", "/v1/kv/known", "value").await.status, 204);
        let mut statuses = Vec::new();
        for _ in 0..n {
            statuses.push(self.get("/v1/kv/known").await.status);
        }
        statuses
    }

    pub(crate) async fn faults(&self, method: &str, body: impl Into<Body>) -> Answer {
        self.fault_api(method, "/faults", body).await
    }

    pub(crate) async fn fault_api(
        &self,
        method: &str,
        path: &str,
        body: impl Into<Body>,
    ) -> Answer {
        answer(self.fault_api.clone(), request(method, path, body)).await
    }

    pub(crate) async fn set_faults(&self, faults: Value) {
        let answer = self.faults("PUT", faults.to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    pub(crate) async fn scrape(&self) -> Scrape {
        let app = self.admin.as_ref().unwrap_or(&self.app);
        let answer = answer(app.clone(), request("GET", "/metrics", "")).await;
        assert_eq!(answer.status, 200);
        Scrape::parse(&answer.body)
    }

    /// All log lines so far.
    pub(crate) fn log(&self) -> Vec<Value> {
        let parse = |line: &str| serde_json::from_str(line).expect("a JSON object per line");
        self.log_text().lines().map(parse).collect()
    }

    pub(crate) fn log_text(&self) -> String {
        self.telemetry.logger.flush();
        String::from_utf8(self.log.0.lock().expect("log").clone()).expect("UTF-8")
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    pub(crate) fn assert_detail(&self, status: u16, detail: &str) {
        assert_eq!(
            (self.status, self.json()),
            (status, json!({"detail": detail}))
        );
    }
}

fn request(method: &str, path: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    request.body(body.into()).expect("a request")
}

async fn answer(app: Router, request: Request<Body>) -> Answer {
    let response = app.oneshot(request).await.expect("infallible");
    let (head, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX)
        .await
        .expect("a body");
    Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        // An icon is none; whatever else is none fails where it is read.
        body: String::from_utf8_lossy(&bytes).into_owned(),
    }
}
