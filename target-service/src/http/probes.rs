//! Is the process alive, and should it get traffic.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;
use tokio::time::timeout;

use super::refuse;
use crate::{
    config::{Defect, Defects},
    drain::Drain,
    faults::{Faults, Note, Probe, Verdict},
    profile::{Dependency, NotReady},
    telemetry::Failure,
};

/// Path of the liveness probe.
pub const LIVEZ: &str = "/livez";
/// Path of the readiness probe.
pub const READYZ: &str = "/readyz";

/// A dependency that answers later is no use to a request either.
const CHECK_LIMIT: Duration = Duration::from_secs(1);

/// What the probes know.
#[derive(Clone)]
pub struct Health {
    /// Asked in order.
    pub dependencies: Vec<Arc<dyn Dependency>>,
    /// Not ready from its begin on.
    pub drain: Drain,
    /// May make them lie for a time.
    pub faults: Faults,
    /// May make them lie for good.
    pub defects: Defects,
}

/// `/livez` and `/readyz`.
pub fn router(health: Health) -> Router {
    Router::new()
        .route(LIVEZ, get(alive))
        .route(READYZ, get(ready))
        .with_state(health)
}

/// Never asks a dependency: a restart would not bring it back.
async fn alive(State(health): State<Health>) -> Response {
    let green = || Json(json!({"status": "ok"})).into_response();
    match health.lie(Probe::Livez) {
        None => green(),
        Some(Verdict::Green) => noted(green()),
        Some(Verdict::Red) => noted(red("down", NotReady::because("injected"))),
    }
}

async fn ready(State(health): State<Health>) -> Response {
    let green = || Json(json!({"status": "ready"})).into_response();
    match health.lie(Probe::Readyz) {
        None => match health.check().await {
            Ok(()) => green(),
            Err(why) => red("not_ready", why),
        },
        Some(Verdict::Green) => noted(green()),
        Some(Verdict::Red) => noted(red("not_ready", NotReady::because("injected"))),
    }
}

fn red(status: &str, NotReady { reason, cause }: NotReady) -> Response {
    let body = Json(json!({"status": status, "reason": reason}));
    let kind = reason;
    refuse(
        (StatusCode::SERVICE_UNAVAILABLE, body),
        Failure { kind, cause },
    )
}

fn noted(mut response: Response) -> Response {
    let note = Note("injected health".to_owned());
    response.extensions_mut().insert(note);
    response
}

impl Health {
    async fn check(&self) -> Result<(), NotReady> {
        if self.drain.has_begun() {
            return Err(NotReady::because("draining"));
        }
        for dependency in &self.dependencies {
            let answer = timeout(CHECK_LIMIT, dependency.ready()).await;
            answer
                .unwrap_or_else(|_elapsed| Err(NotReady::because(dependency.timeout_reason())))?;
        }
        Ok(())
    }

    /// Faults beat defects: they are the later wish.
    fn lie(&self, probe: Probe) -> Option<Verdict> {
        self.faults.verdict(probe).or_else(|| self.defect())
    }

    fn defect(&self) -> Option<Verdict> {
        if self.defects.has(Defect::StaticHealth) {
            return Some(Verdict::Green);
        }
        let flapping = self.defects.has(Defect::FlappingHealth);
        flapping.then(|| by_parity(SystemTime::now()))
    }
}

fn by_parity(now: SystemTime) -> Verdict {
    let second = now
        .duration_since(UNIX_EPOCH)
        .map_or(0, |age| age.as_secs());
    if second.is_multiple_of(2) {
        Verdict::Green
    } else {
        Verdict::Red
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flapping_probe_turns_with_each_second_of_the_clock() {
        let at = |ms| by_parity(UNIX_EPOCH + Duration::from_millis(ms));
        assert_eq!(
            [0, 999, 1000, 1999, 2000].map(at),
            [
                Verdict::Green,
                Verdict::Green,
                Verdict::Red,
                Verdict::Red,
                Verdict::Green
            ]
        );
    }
}
