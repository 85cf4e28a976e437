//! One contract, every adapter.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use target_service::{
    config::{Defects, PostgresUrl},
    database::Journal,
    kv::{
        Entries, Seal,
        domain::{DatabaseId, EntryId, Key, KeyId, ListLimit, Page, Sealed, Store, Value},
        store::{MemoryStore, PostgresStore, SqliteStore},
    },
};

use super::support::Postgres;

fn database(number: i64) -> DatabaseId {
    DatabaseId::new(number).expect("a database")
}

fn id(key: &str) -> EntryId {
    EntryId {
        database: DatabaseId::ZERO,
        key: KeyId::new(key),
    }
}

async fn put(store: &dyn Store, key: &str, entry: &str) {
    store.put(id(key), Sealed::new(entry)).await.expect("store");
}

async fn read(store: &dyn Store, key: &str) -> Option<String> {
    let found = store.get(id(key)).await.expect("store");
    found.map(|entry| entry.as_str().to_owned())
}

async fn page(store: &dyn Store, database: DatabaseId, page: Page) -> Vec<KeyId> {
    let entries = store.page(database, page).await.expect("store");
    entries.into_iter().map(|(id, _)| id).collect()
}

async fn an_entry_is_kept_replaced_and_removed(store: Arc<dyn Store>) {
    let store = &*store;
    assert_eq!(read(store, "a").await, None);
    put(store, "a", "1").await;
    assert_eq!(read(store, "a").await.as_deref(), Some("1"));
    put(store, "a", "2").await;
    assert_eq!(read(store, "a").await.as_deref(), Some("2"));
    assert!(store.delete(id("a")).await.expect("store"));
    assert!(!store.delete(id("a")).await.expect("store"));
    assert_eq!(read(store, "a").await, None);
}

async fn an_insert_never_replaces_and_harms_nothing_after_it(store: Arc<dyn Store>) {
    let insert = |key: &str, entry: &str| store.insert(id(key), Sealed::new(entry));
    assert!(insert("a", "1").await.expect("store"));
    assert!(!insert("a", "2").await.expect("store"));
    assert_eq!(read(&*store, "a").await.as_deref(), Some("1"));
    assert!(insert("b", "3").await.expect("store"));
    assert_eq!(read(&*store, "b").await.as_deref(), Some("3"));
}

async fn any_text_comes_back_unchanged(store: Arc<dyn Store>) {
    let largest = "x".repeat(100_000);
    for text in [
        "",
        "line\nline",
        "1.0",
        "ä€😀",
        "'; DROP TABLE kv; --",
        &largest,
    ] {
        put(&*store, text, text).await;
        assert_eq!(read(&*store, text).await.as_deref(), Some(text));
    }
}

async fn databases_do_not_see_each_other(store: Arc<dyn Store>) {
    let place = |number| EntryId {
        database: database(number),
        key: KeyId::new("same"),
    };
    let last = i64::from(i32::MAX);
    for number in [0, 7, last] {
        let entry = Sealed::new(number.to_string());
        assert!(store.insert(place(number), entry).await.expect("store"));
    }
    put(&*store, "other", "x").await;
    assert!(store.delete(place(7)).await.expect("store"));
    let kept = store.get(place(last)).await.expect("store");
    assert_eq!(kept, Some(Sealed::new(last.to_string())));
    let counts = store.databases().await.expect("store");
    assert_eq!(counts, [(database(0), 2), (database(last), 1)]);
}

async fn pages_hold_every_entry_of_one_database_once(store: Arc<dyn Store>) {
    let first = |limit| Page { after: None, limit };
    assert!(page(&*store, database(0), first(10)).await.is_empty());
    let elsewhere = EntryId {
        database: database(1),
        key: KeyId::new("elsewhere"),
    };
    store.put(elsewhere, Sealed::new("x")).await.expect("store");
    let keys = ["b", "a", "B", "_", "-", "a1", "10", "9"];
    for key in keys {
        put(&*store, key, "x").await;
    }
    let mut seen = BTreeSet::new();
    let mut after = None;
    loop {
        let found = page(&*store, database(0), Page { after, limit: 3 }).await;
        let Some(last) = found.last() else { break };
        assert!(found.len() <= 3);
        after = Some(last.clone());
        for key in found {
            assert!(seen.insert(key.as_str().to_owned()), "{}", key.as_str());
        }
    }
    assert_eq!(seen, keys.map(str::to_owned).into());
}

async fn concurrent_writers_lose_nothing(store: Arc<dyn Store>) {
    let writers = (0..16).map(|writer| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for n in 0..16 {
                let key = format!("w{writer}-{n}");
                put(&*store, &key, &key).await;
                assert_eq!(read(&*store, &key).await, Some(key));
                put(&*store, "shared", "x").await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("no panic");
    }
    let counts = store.databases().await.expect("store");
    assert_eq!(counts, [(database(0), 16 * 16 + 1)]);
}

async fn of_many_concurrent_inserts_of_one_key_one_wins(store: Arc<dyn Store>) {
    for round in 0..8 {
        let key = format!("k{round}");
        let writers = (0..16).map(|writer| {
            let insert = (Arc::clone(&store), id(&key), writer.to_string());
            tokio::spawn(async move {
                let (store, id, entry) = insert;
                let won = store.insert(id, Sealed::new(entry.as_str())).await;
                won.expect("store").then_some(entry)
            })
        });
        let mut winners = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            winners.extend(writer.await.expect("no panic"));
        }
        assert_eq!(winners.len(), 1);
        assert_eq!(read(&*store, &key).await.as_ref(), winners.first());
    }
}

async fn entries_in_clear_are_listed_in_byte_order_up_to_the_limit(store: Arc<dyn Store>) {
    let entries = Entries::new(store, Seal::random());
    let names = async |limit| {
        let limit = ListLimit::new(limit).expect("a limit");
        let keys = entries.keys(DatabaseId::ZERO, limit).await.expect("store");
        keys.into_iter().map(Key::into_string).collect::<Vec<_>>()
    };
    assert!(names(10).await.is_empty());
    let value = Value::parse("x").expect("a value");
    for name in ["b", "a", "", "B", "_", "ä", "a1", "10", "9"] {
        let key = Key::any(name).expect("a key");
        entries
            .put(DatabaseId::ZERO, &key, &value)
            .await
            .expect("store");
    }
    let all = ["", "10", "9", "B", "_", "a", "a1", "b", "ä"];
    assert_eq!(names(1000).await, all);
    assert_eq!(names(3).await, ["", "10", "9"]);
}

async fn a_ping_succeeds(store: Arc<dyn Store>) {
    store.ping().await.expect("store");
}

async fn file(folder: &Path, journal: Journal) -> SqliteStore {
    let path = folder.join("made/on/demand/kv.db");
    SqliteStore::open(&path, journal, &Defects::default())
        .await
        .expect("a database")
}

async fn sqlite_in_memory() -> SqliteStore {
    SqliteStore::in_memory(&Defects::default())
        .await
        .expect("a database")
}

async fn postgres() -> PostgresStore {
    let url = Postgres::shared().fresh_database().await;
    let server = PostgresUrl::parse(&url).and_then(|url| url.options());
    PostgresStore::new(server.expect("an address"), 10, &Defects::default())
}

macro_rules! contract {
    ($($case:ident),* $(,)?) => {
        mod memory {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$case(Arc::new(MemoryStore::default())).await;
            })*
        }

        mod in_sqlite_memory {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$case(Arc::new(sqlite_in_memory().await)).await;
            })*
        }

        mod postgres {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$case(Arc::new(postgres().await)).await;
            })*
        }

        mod sqlite_file {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let folder = tempfile::tempdir().expect("a folder");
                let store = file(folder.path(), Journal::WriteAhead).await;
                super::$case(Arc::new(store)).await;
            })*
        }

        mod sqlite_file_with_rollback_journal {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let folder = tempfile::tempdir().expect("a folder");
                let store = file(folder.path(), Journal::Rollback).await;
                super::$case(Arc::new(store)).await;
            })*
        }
    };
}

contract!(
    an_entry_is_kept_replaced_and_removed,
    an_insert_never_replaces_and_harms_nothing_after_it,
    any_text_comes_back_unchanged,
    databases_do_not_see_each_other,
    pages_hold_every_entry_of_one_database_once,
    concurrent_writers_lose_nothing,
    of_many_concurrent_inserts_of_one_key_one_wins,
    entries_in_clear_are_listed_in_byte_order_up_to_the_limit,
    a_ping_succeeds,
);

#[tokio::test]
async fn a_file_survives_closing_and_opening_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = file(folder.path(), Journal::default()).await;
    put(&first, "a", "1").await;
    first.close().await.expect("store");
    assert!(first.ping().await.is_err());
    let second = file(folder.path(), Journal::default()).await;
    assert_eq!(read(&second, "a").await.as_deref(), Some("1"));
}

#[tokio::test]
async fn databases_in_memory_are_separate() {
    let one = sqlite_in_memory().await;
    let other = sqlite_in_memory().await;
    put(&one, "a", "1").await;
    assert_eq!(read(&other, "a").await, None);
}

#[tokio::test]
async fn a_folder_in_the_place_of_the_file_is_told_with_its_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = SqliteStore::open(folder.path(), Journal::default(), &Defects::default())
        .await
        .expect_err("a folder");
    let path = folder.path().display().to_string();
    assert!(error.to_string().contains(&path), "{error}");
}
