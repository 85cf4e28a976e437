//! Profile `events`: mails delivered and bounced, and which domains take any address.

mod dependency;
pub mod domain;
pub mod generate;
pub mod generator;
mod metrics;
mod routes;
mod settings;
pub mod store;

pub use routes::{EVENTS as CATALOGUE, EventsError};
pub use settings::{EventsArgs, Settings};

use std::sync::Arc;

use crate::{
    config::{Database, Defect, Defects},
    profile::{OpenError, Profile, ProfileName, TaskError, Workshop},
};
use domain::{DomainStore, Threshold};
use metrics::EventMetrics;
use store::{MeasuredStore, MemoryStore, Overwrite, PostgresStore, ReadThenWrite, SqliteStore};

/// Opens the store that the settings name.
pub async fn open(settings: &Settings, workshop: &mut Workshop<'_>) -> Result<Profile, OpenError> {
    let store = open_store(settings, &workshop.defects).await;
    let store = store.map_err(|source| OpenError {
        profile: ProfileName::Events,
        source,
    })?;
    Ok(profile(store, settings.threshold, workshop))
}

async fn open_store(
    settings: &Settings,
    defects: &Defects,
) -> Result<Arc<dyn DomainStore>, TaskError> {
    Ok(match &settings.database {
        Database::Memory => with_defects(MemoryStore::default(), defects),
        Database::SqliteInMemory => with_defects(SqliteStore::in_memory().await?, defects),
        Database::SqliteFile(path) => with_defects(SqliteStore::open(path).await?, defects),
        Database::Postgres(server) => with_defects(
            PostgresStore::new(server.options()?, settings.pool),
            defects,
        ),
    })
}

/// The store as it is, or with the defect that was asked for.
pub fn with_defects(store: impl Overwrite, defects: &Defects) -> Arc<dyn DomainStore> {
    if defects.has(Defect::LostIncrements) {
        Arc::new(ReadThenWrite(store))
    } else {
        Arc::new(store)
    }
}

/// The profile over any store.
pub fn profile(
    store: Arc<dyn DomainStore>,
    threshold: Threshold,
    workshop: &mut Workshop<'_>,
) -> Profile {
    let metrics = EventMetrics::registered(workshop.registry, store.adapter());
    let store: Arc<dyn DomainStore> = Arc::new(MeasuredStore::new(store, metrics.clone()));
    let routes = routes::router(routes::Desk {
        store: Arc::clone(&store),
        metrics,
        threshold,
    });
    Profile {
        dependencies: vec![Arc::new(dependency::StoreDependency(store))],
        ..Profile::of(routes)
    }
}
