//! The HTTP side of the profile.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Json, Router,
    extract::{Query, State},
    response::{IntoResponse, Response},
    routing::get,
};
use jiff::Timestamp;
use rand::{SeedableRng as _, rngs::StdRng};
use serde_json::json;

use super::{
    Settings,
    catalogue::{HEALTHZ, INDEX, V1, V2, V2_BARE, V2_HEALTHZ},
    domain::{Answer, Question, Version},
    error::ScheduleError,
    simulation::Simulation,
};

/// Tells the time.
pub type Clock = fn() -> Timestamp;

/// What the routes share.
pub(super) struct Desk {
    pub(super) simulation: Simulation,
    pub(super) clock: Clock,
    pub(super) seed: u64,
    pub(super) answers: AtomicU64,
}

impl Desk {
    async fn answer(
        &self,
        version: Version,
        question: &Question,
    ) -> Result<Response, ScheduleError> {
        if self.simulation.strike().await {
            return Err(ScheduleError::Simulated(version));
        }
        let answer = self.answers.fetch_add(1, Ordering::Relaxed);
        let mut rng = StdRng::seed_from_u64(self.seed ^ answer.rotate_left(32));
        let answer = Answer::new(version, question, (self.clock)(), &mut rng);
        Ok(Json(answer).into_response())
    }
}

type Pairs = Query<Vec<(String, String)>>;

/// The routes of the versions that are served.
pub(super) fn router(settings: &Settings, desk: Desk) -> Router {
    let mut endpoints = vec![INDEX, HEALTHZ];
    let mut router = Router::new().route(HEALTHZ, get(health));
    if settings.versions.contains(&Version::V1) {
        endpoints.push(V1);
        router = router.route(V1, get(v1));
    }
    if settings.versions.contains(&Version::V2) {
        endpoints.extend([V2, V2_BARE, V2_HEALTHZ]);
        router = router
            .route(V2, get(v2))
            .route(V2_BARE, get(v2))
            .route(V2_HEALTHZ, get(health));
    }
    let index = json!({"service": settings.service_name, "status": "ok", "endpoints": endpoints});
    let index = async move || Json(index.clone());
    router.route(INDEX, get(index)).with_state(Arc::new(desk))
}

async fn health() -> Response {
    Json(json!({"status": "ok"})).into_response()
}

/// A question that cannot be understood is refused before anything is simulated.
async fn v1(State(desk): State<Arc<Desk>>, Query(pairs): Pairs) -> Result<Response, ScheduleError> {
    let (question, misread) = Question::read(Version::V1, &pairs);
    if !misread.is_empty() {
        return Err(ScheduleError::Misread(misread));
    }
    desk.answer(Version::V1, &question).await
}

async fn v2(State(desk): State<Arc<Desk>>, Query(pairs): Pairs) -> Result<Response, ScheduleError> {
    let (question, _defaults_instead) = Question::read(Version::V2, &pairs);
    desk.answer(Version::V2, &question).await
}
