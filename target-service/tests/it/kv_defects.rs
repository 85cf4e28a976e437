//! Defects of the stores, each beside the sound store.

use std::{path::Path, sync::Arc};

use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use target_service::{
    config::{Defect, Defects},
    database::Journal,
    kv::{
        domain::{DatabaseId, EntryId, KeyId, Sealed, Store},
        store::{FusedStore, MemoryStore, SqliteStore},
    },
};

use super::support::{Program, raw_http};

fn id(key: &str) -> EntryId {
    EntryId {
        database: DatabaseId::ZERO,
        key: KeyId::new(key),
    }
}

async fn insert_twice(store: &dyn Store) {
    for new in [true, false] {
        let inserted = store.insert(id("a"), Sealed::new("1")).await;
        assert_eq!(inserted.expect("store"), new);
    }
}

#[tokio::test]
async fn a_duplicate_wedges_every_later_call_but_the_ping_when_asked_for() {
    for defect in [None, Some(Defect::WedgeOnDuplicate)] {
        let memory = Arc::new(MemoryStore::default());
        let store = FusedStore::around(memory, &Defects::from_iter(defect));
        insert_twice(&*store).await;
        let wedged = defect.is_some();
        assert_eq!(store.get(id("a")).await.is_err(), wedged);
        let inserted = store.insert(id("b"), Sealed::new("1")).await;
        assert_eq!(inserted.is_err(), wedged);
        assert_eq!(store.databases().await.is_err(), wedged);
        assert!(store.ping().await.is_ok());
    }
}

/// Whether another process could begin to write at once.
async fn can_write(database: &Path) -> bool {
    let options = SqliteConnectOptions::new()
        .filename(database)
        .busy_timeout(std::time::Duration::ZERO);
    let mut other = SqliteConnection::connect_with(&options)
        .await
        .expect("a connection");
    let begun = sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await;
    begun.is_ok()
}

#[tokio::test]
async fn a_failed_write_holds_the_lock_of_the_file_when_asked_for() {
    for defect in [None, Some(Defect::HoldWriteLock)] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("kv.db");
        let store = SqliteStore::open(&path, Journal::default(), &Defects::from_iter(defect))
            .await
            .expect("a database");
        insert_twice(&store).await;
        assert_eq!(can_write(&path).await, defect.is_none());
        let put = store.put(id("b"), Sealed::new("2")).await;
        put.expect("the holder itself can write");
        assert!(can_write(&path).await, "the next write ends it");
    }
}

/// The way from the setting to the wire.
#[test]
fn a_program_without_its_table_is_not_ready_and_stores_nothing() {
    let program = Program::start(&["--defects", "no-bootstrap"]);
    let ask = |method, path| raw_http(program.address, method, path, "x").expect("an answer");
    assert_eq!(ask("PUT", "/v1/kv/a").0, 503);
    assert_eq!(ask("GET", "/readyz").0, 503);
}

#[tokio::test]
async fn the_table_is_missing_when_asked_for() {
    let defects = Defects::from_iter([Defect::NoBootstrap]);
    let store = SqliteStore::in_memory(&defects).await.expect("a database");
    let error = store.ping().await.expect_err("no table");
    let cause = std::error::Error::source(&error).expect("a cause");
    assert!(cause.to_string().contains("no such table: kv"), "{cause}");
    store.get(id("a")).await.expect_err("no table");
}
