//! Profile `kv`: keys, values and where they are kept.

mod dependency;
pub mod domain;
mod routes;
mod settings;
pub mod store;

pub use routes::{KV as CATALOGUE, KvError};
pub use settings::{KvArgs, Settings};

use std::sync::Arc;

use crate::{
    config::Database,
    profile::{OpenError, Profile, ProfileName, Workshop},
};
use domain::Store;
use store::{MemoryStore, SqliteStore};

/// Opens the store that the settings name.
pub async fn open(settings: &Settings, _workshop: &mut Workshop<'_>) -> Result<Profile, OpenError> {
    let cannot = |source: store::OpenError| OpenError {
        profile: ProfileName::Kv,
        source: source.into(),
    };
    Ok(profile(match &settings.database {
        Database::Memory => Arc::new(MemoryStore::default()),
        Database::SqliteInMemory => Arc::new(SqliteStore::in_memory().await.map_err(cannot)?),
        Database::SqliteFile(path) => Arc::new(SqliteStore::open(path).await.map_err(cannot)?),
        Database::Postgres(_) => {
            return Err(OpenError {
                profile: ProfileName::Kv,
                source: "PostgreSQL is not supported yet".into(),
            });
        }
    }))
}

/// The profile over any store.
pub fn profile(store: Arc<dyn Store>) -> Profile {
    Profile {
        dependencies: vec![Arc::new(dependency::StoreDependency(Arc::clone(&store)))],
        ..Profile::of(routes::router(store))
    }
}
