//! The built-in upstream: a service small enough to be right, and wrong on demand.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    http::{Method, StatusCode, header::ALLOW},
    response::{IntoResponse, Response},
};

use crate::config::{Defect, Defects};

const LEAK_BYTES: usize = 64 * 1024;
/// Between reading the counter and writing it.
const RACE: Duration = Duration::from_millis(1);
const SLOW: Duration = Duration::from_secs(2);

/// Counts its requests.
#[derive(Debug)]
pub(super) struct Builtin {
    count: AtomicU64,
    racy: bool,
    slow: bool,
    /// Kept for ever, as by a forgotten cache; `None`: no such defect.
    leaked: Option<Mutex<Vec<Vec<u8>>>>,
}

impl Builtin {
    pub(super) fn new(defects: &Defects) -> Self {
        Self {
            count: AtomicU64::new(0),
            racy: defects.has(Defect::CounterRace),
            slow: defects.has(Defect::Slow2s),
            leaked: defects.has(Defect::Leak).then(Mutex::default),
        }
    }

    /// `GET /`: `counter=N`. `GET /healthz`: `ok`.
    pub(super) async fn answer(&self, method: &Method, path: &str) -> Response {
        match path {
            "/" | "/healthz" if method != Method::GET && method != Method::HEAD => {
                (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response()
            }
            "/" => self.counted().await,
            "/healthz" => "ok".into_response(),
            _ => (StatusCode::NOT_FOUND, "not found").into_response(),
        }
    }

    async fn counted(&self) -> Response {
        if self.slow {
            tokio::time::sleep(SLOW).await;
        }
        if let Some(leaked) = &self.leaked {
            // Not zero, so that the pages are really taken.
            let bytes = vec![1; LEAK_BYTES];
            let mut leaked = leaked.lock().unwrap_or_else(PoisonError::into_inner);
            leaked.push(bytes);
        }
        format!("counter={}", self.next().await).into_response()
    }

    async fn next(&self) -> u64 {
        if !self.racy {
            return self.count.fetch_add(1, Ordering::Relaxed) + 1;
        }
        // Others read the same number meanwhile: the answer repeats, and increments are lost.
        let read = self.count.load(Ordering::Relaxed);
        tokio::time::sleep(RACE).await;
        self.count.store(read + 1, Ordering::Relaxed);
        read + 1
    }
}
