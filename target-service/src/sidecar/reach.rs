//! Whether the upstream can be reached: asked by `/readyz`, told by `sidecar_upstream_up`.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use prometheus_client::metrics::gauge::Gauge;
use tokio::time::{Instant, sleep, timeout};

use super::upstream::Upstream;
use crate::{
    drain::Drain,
    profile::{Dependency, NotReady, Pending, TaskError},
};

const INTERVAL: Duration = Duration::from_secs(1);

/// The last word on the upstream.
#[derive(Debug)]
pub(super) struct Reach {
    upstream: Arc<Upstream>,
    up: Gauge,
    /// When the last word was said.
    told: Mutex<Option<Instant>>,
}

impl Reach {
    pub(super) fn new(upstream: Arc<Upstream>, up: Gauge) -> Self {
        Self {
            upstream,
            up,
            told: Mutex::new(None),
        }
    }

    /// Takes down what a request found out.
    pub(super) fn tell(&self, up: bool) {
        self.up.set(i64::from(up));
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Checks each second in which no request has told anything, so that the gauge is never stale.
    pub(super) async fn watch(self: Arc<Self>, drain: Drain) -> Result<(), TaskError> {
        let checks = async {
            loop {
                if !self.is_fresh() {
                    let up = timeout(INTERVAL, self.upstream.check()).await;
                    self.tell(matches!(up, Ok(Ok(()))));
                }
                sleep(INTERVAL).await;
            }
        };
        tokio::select! {
            () = checks => Ok(()),
            () = drain.begun() => Ok(()),
        }
    }

    fn is_fresh(&self) -> bool {
        let told = *self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.is_some_and(|told| told.elapsed() < INTERVAL)
    }
}

/// Ready when a connection to the upstream can be had.
pub(super) struct UpstreamDependency(pub(super) Arc<Reach>);

impl Dependency for UpstreamDependency {
    fn ready(&self) -> Pending<'_, Result<(), NotReady>> {
        Box::pin(async {
            let checked = self.0.upstream.check().await;
            checked.map_err(|error| NotReady {
                reason: "upstream_unreachable",
                cause: Some(error.to_string()),
            })
        })
    }

    fn timeout_reason(&self) -> &'static str {
        "upstream_timeout"
    }

    fn close(&self) -> Pending<'_, Result<(), TaskError>> {
        Box::pin(async { Ok(()) })
    }
}
