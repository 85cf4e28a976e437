//! Profile `kv`: keys, values, how they are sealed and where they are kept.

mod compat;
mod dependency;
pub mod domain;
mod entries;
mod openapi;
mod operations;
mod routes;
pub mod seal;
mod settings;
pub mod store;

pub use compat::Compat;
pub use entries::Entries;
pub use operations::{Operation, Operations, Outcome};
pub use routes::{KvError, catalogue};
pub use seal::Seal;
pub use settings::{KvArgs, Settings};

use std::sync::Arc;

use crate::{
    config::{Database, Defect},
    endpoint::Catalogue,
    profile::{Dependency, OpenError, Profile, ProfileName, TaskError, Workshop},
};
use domain::Store;
use store::{FusedStore, MeasuredStore, MemoryStore, PostgresStore, SqliteStore};

/// What the profile answers to, unless told to answer as another service.
pub const CATALOGUE: Catalogue = catalogue(Compat::None);

/// Opens the store that the settings name.
pub async fn open(settings: &Settings, workshop: &mut Workshop<'_>) -> Result<Profile, OpenError> {
    let opened = open_store(settings, workshop).await;
    let (store, seal) = opened.map_err(|source| OpenError {
        profile: ProfileName::Kv,
        source,
    })?;
    let store = FusedStore::around(store, &workshop.defects);
    let measured = MeasuredStore::new(store, workshop.registry);
    let health = measured.health().clone();
    let store: Arc<dyn Store> = Arc::new(measured);
    let entries = Entries::new(Arc::clone(&store), seal);
    entries.operations().register(workshop.registry);
    let duplicate = compat::duplicate(&settings.database);
    let watch = health.watch(Arc::clone(&store), workshop.drain.clone());
    Ok(Profile {
        task: Some(Box::pin(async {
            watch.await;
            Ok(())
        })),
        ..assemble(store, entries, settings.compat, duplicate)
    })
}

/// The profile over any store, sealed for this process alone.
pub fn profile(store: Arc<dyn Store>) -> Profile {
    profile_as(store, Compat::None)
}

/// The same, answering as another service over `SQLite`.
pub fn profile_as(store: Arc<dyn Store>, compat: Compat) -> Profile {
    let entries = Entries::new(Arc::clone(&store), Seal::random());
    let duplicate = compat::duplicate(&Database::SqliteInMemory);
    assemble(store, entries, compat, duplicate)
}

fn assemble(
    store: Arc<dyn Store>,
    entries: Entries,
    compat: Compat,
    duplicate: &'static str,
) -> Profile {
    let store: Arc<dyn Dependency> = Arc::new(dependency::StoreDependency(store));
    let shared = routes::Shared {
        entries,
        compat,
        duplicate,
        store: Arc::clone(&store),
    };
    Profile {
        dependencies: vec![store],
        no_store: routes::CHANGING,
        ..Profile::of(routes::router(shared))
    }
}

async fn open_store(
    settings: &Settings,
    workshop: &Workshop<'_>,
) -> Result<(Arc<dyn Store>, Seal), TaskError> {
    let defects = &workshop.defects;
    let configured = settings.master_keys.clone();
    let (store, keys): (Arc<dyn Store>, _) = match &settings.database {
        Database::Memory => (Arc::new(MemoryStore::default()), configured),
        Database::SqliteInMemory => (Arc::new(SqliteStore::in_memory(defects).await?), configured),
        Database::SqliteFile(path) => {
            let store = SqliteStore::open(path, settings.journal, defects).await?;
            let keys = match configured {
                Some(keys) => keys,
                // A database without its table has no entries either.
                None if defects.has(Defect::NoBootstrap) => seal::beside(path, true)?,
                None => seal::beside(path, store.databases().await?.is_empty())?,
            };
            (Arc::new(store), Some(keys))
        }
        Database::Postgres(url) => {
            let store = PostgresStore::new(url.options()?, settings.pool, defects);
            (Arc::new(store), configured)
        }
    };
    Ok((store, keys.as_ref().map_or_else(Seal::random, Seal::new)))
}
