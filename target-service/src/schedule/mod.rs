//! Profile `schedule`: when a professional is available, in two versions.

mod catalogue;
pub mod domain;
mod error;
mod routes;
mod settings;
mod simulation;

pub use catalogue::CATALOGUE;
pub use routes::Clock;
pub use settings::{ScheduleArgs, Settings};

use std::sync::atomic::AtomicU64;

use jiff::Timestamp;

use crate::{
    config::Defect,
    profile::{OpenError, Profile, Workshop},
};
use routes::Desk;
use simulation::Simulation;

/// Opens the profile.
#[expect(
    clippy::unused_async,
    reason = "the signature is common to all profiles"
)]
pub async fn open(settings: &Settings, workshop: &mut Workshop<'_>) -> Result<Profile, OpenError> {
    let mut settings = settings.clone();
    if workshop.defects.has(Defect::IgnoreEnv) {
        let default = Settings::default();
        settings.error_rate = default.error_rate;
        settings.extra_latency = default.extra_latency;
    }
    Ok(profile(&settings, workshop.seed, Timestamp::now))
}

/// The profile with a clock of its own.
pub fn profile(settings: &Settings, seed: u64, clock: Clock) -> Profile {
    let desk = Desk {
        simulation: Simulation::new(settings.error_rate, settings.extra_latency, seed),
        clock,
        seed,
        answers: AtomicU64::new(0),
    };
    Profile {
        metrics_paths: catalogue::metrics_paths(&settings.versions),
        ..Profile::of(routes::router(settings, desk))
    }
}
