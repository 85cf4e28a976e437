//! Profile `events`.

mod settings;

pub use settings::{EventsArgs, Settings};

use axum::Router;

use crate::{
    endpoint::{Catalogue, Endpoint, UNMATCHED},
    http::{LIVEZ, READYZ},
    profile::{OpenError, Profile, Workshop},
};

/// Endpoints of the profile and what each can answer.
pub const CATALOGUE: Catalogue = Catalogue(&[
    Endpoint::probe("GET", LIVEZ),
    Endpoint::probe("HEAD", LIVEZ),
    Endpoint::probe("GET", READYZ),
    Endpoint::probe("HEAD", READYZ),
    Endpoint::user("GET", UNMATCHED, &[404, 500, 502, 503, 504]),
]);

/// Opens the profile.
#[expect(
    clippy::unused_async,
    reason = "the signature is common to all profiles"
)]
pub async fn open(
    _settings: &Settings,
    _workshop: &mut Workshop<'_>,
) -> Result<Profile, OpenError> {
    Ok(Profile::of(Router::new()))
}
