//! A server that says what the test tells it to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sloproof::model::{Millis, Timeline, Timestamp};
use sloproof::telemetry::Clock;
use tokio::net::TcpListener;

/// What a path answers.
#[derive(Debug, Clone)]
pub(crate) enum Says {
    Json(u16, serde_json::Value),
    Text(u16, &'static str),
}

/// A running fake. Every path without an answer is 404 in plain text.
pub(crate) struct Fake {
    pub(crate) url: String,
    paths: Paths,
    seen: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

/// Answers of each path in order; the last one stays.
type Paths = Arc<Mutex<BTreeMap<&'static str, Vec<Says>>>>;

impl Fake {
    pub(crate) async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (paths, seen) = (Paths::default(), Arc::default());
        let router = Router::new()
            .fallback(answer)
            .with_state((Arc::clone(&paths), Arc::clone(&seen)));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            paths,
            seen,
            task,
        }
    }

    /// Appends an answer.
    pub(crate) fn says(&self, path: &'static str, says: Says) {
        self.paths
            .lock()
            .unwrap()
            .entry(path)
            .or_default()
            .push(says);
    }

    /// Replaces all answers of a path.
    pub(crate) fn now_says(&self, path: &'static str, says: Says) {
        self.paths.lock().unwrap().insert(path, vec![says]);
    }

    /// Path and query of every request so far.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// A `success` envelope.
    pub(crate) fn success(data: &serde_json::Value) -> Says {
        Says::Json(200, serde_json::json!({"status": "success", "data": data}))
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Shared = (Paths, Arc<Mutex<Vec<String>>>);

async fn answer(State((paths, seen)): State<Shared>, request: Request) -> Response {
    seen.lock().unwrap().push(request.uri().to_string());
    let says = {
        let mut paths = paths.lock().unwrap();
        match paths.get_mut(request.uri().path()) {
            Some(all) if all.len() > 1 => all.remove(0),
            Some(all) => all[0].clone(),
            None => Says::Text(404, "404 page not found\n"),
        }
    };
    match says {
        Says::Json(status, body) => {
            let json = [(header::CONTENT_TYPE, "application/json")];
            (
                StatusCode::from_u16(status).unwrap(),
                json,
                body.to_string(),
            )
                .into_response()
        }
        Says::Text(status, body) => (StatusCode::from_u16(status).unwrap(), body).into_response(),
    }
}

/// A base URL at which nothing listens.
pub(crate) async fn nobody() -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// A run from second 0 to 65, and the moments in between.
pub(crate) fn timeline() -> Timeline {
    Timeline {
        baseline: Timestamp(1_800_000_000_250),
        load_start: Timestamp(1_800_000_001_000),
        load_end: Timestamp(1_800_000_060_000),
        settled: Timestamp(1_800_000_065_255),
        phases: vec![],
        unsettled: vec![],
        interrupted: false,
    }
}

/// The wall clock.
pub(crate) fn wall() -> Clock {
    Arc::new(|| Timestamp(jiff::Timestamp::now().as_millisecond()))
}

/// Waits, up to two seconds, until something the test set in motion is seen.
pub(crate) async fn eventually(what: &str, mut seen: impl FnMut() -> bool) {
    for _ in 0..400 {
        if seen() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never seen: {what}");
}

/// A length in milliseconds.
pub(crate) const fn ms(ms: u64) -> Millis {
    Millis(ms)
}
