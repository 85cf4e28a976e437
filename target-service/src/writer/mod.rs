//! Profile `writer`: a row at each tick, and what is told when there is none.

mod account;
mod database;
mod dependency;
pub mod domain;
mod settings;
pub mod store;

pub use database::{Server, WriterDatabase};
pub use settings::{Settings, WriterArgs};

use std::sync::Arc;

use axum::Router;
use jiff::Timestamp;
use serde_json::json;

use crate::{
    config::Defect,
    endpoint::{Catalogue, Endpoint, UNMATCHED},
    http::{LIVEZ, READYZ},
    profile::{OpenError, Profile, ProfileName, Workshop},
    telemetry::Level,
};
use account::Account;
use dependency::DatabaseDependency;
use domain::{Chance, NeverReady, Rows, Work};
use store::SqlRows;

/// Endpoints of the profile and what each can answer.
pub const CATALOGUE: Catalogue = Catalogue(&[
    Endpoint::probe("GET", LIVEZ),
    Endpoint::probe("HEAD", LIVEZ),
    Endpoint::probe("GET", READYZ),
    Endpoint::probe("HEAD", READYZ),
    Endpoint::user("GET", UNMATCHED, &[404, 500, 502, 503, 504]),
]);

/// Opens the profile. The database need not be there: the task waits for it.
pub async fn open(settings: &Settings, workshop: &mut Workshop<'_>) -> Result<Profile, OpenError> {
    if settings.database.has_default_password() {
        let remedy = json!({"remedy": "set DB_PASSWORD or DB_PASSWORD_FILE"});
        workshop
            .logger
            .log(Level::Warn, "default database password", remedy);
    }
    let dbname = settings.database.name();
    let account = Arc::new(Account::new(&dbname, workshop.logger.clone()));
    if !workshop.defects.has(Defect::LazyMetrics) {
        account.make_known_series();
    }
    account.register(workshop.registry);
    let source = settings.database.source().map_err(|error| OpenError {
        profile: ProfileName::Writer,
        source: error.into(),
    })?;
    let rows: Arc<dyn Rows> = Arc::new(SqlRows::new(source, account.connect_attempts()));
    let error_rate = if workshop.defects.has(Defect::IgnoreEnv) {
        Settings::ERROR_RATE
    } else {
        settings.error_rate
    };
    let work = Work {
        rows: Arc::clone(&rows),
        journal: account.clone(),
        chance: Chance::new(error_rate, workshop.seed),
        pace: settings.pace,
        clock: Timestamp::now,
    };
    let drain = workshop.drain.clone();
    let late_metrics = workshop.defects.has(Defect::LateMetrics);
    if late_metrics {
        // Nothing listens before the profile is open.
        work.wait().await.map_err(|error: NeverReady| OpenError {
            profile: ProfileName::Writer,
            source: error.into(),
        })?;
    }
    let task = async move {
        if late_metrics {
            work.write(drain.begun()).await;
        } else {
            work.run(drain.begun()).await?;
        }
        Ok(())
    };
    Ok(Profile {
        dependencies: vec![Arc::new(DatabaseDependency { rows, account })],
        task: Some(Box::pin(task)),
        ..Profile::of(Router::new())
    })
}
