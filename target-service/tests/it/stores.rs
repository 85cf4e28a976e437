//! One contract, every adapter.

use std::{path::Path, sync::Arc};

use target_service::kv::{
    domain::{Key, ListLimit, Store, Value},
    store::{MemoryStore, SqliteStore},
};

fn key(text: &str) -> Key {
    Key::parse(text).expect("a key")
}

fn value(text: &str) -> Value {
    Value::parse(text).expect("a value")
}

async fn read(store: &dyn Store, name: &str) -> Option<String> {
    let found = store.get(key(name)).await.expect("store");
    found.map(Value::into_string)
}

async fn names(store: &dyn Store, limit: u16) -> Vec<String> {
    let limit = ListLimit::new(limit).expect("a limit");
    let keys = store.keys(limit).await.expect("store");
    keys.into_iter().map(Key::into_string).collect()
}

async fn an_entry_is_kept_replaced_and_removed(store: Arc<dyn Store>) {
    let store = &*store;
    assert_eq!(read(store, "a").await, None);
    store.put(key("a"), value("1")).await.expect("store");
    assert_eq!(read(store, "a").await.as_deref(), Some("1"));
    store.put(key("a"), value("2")).await.expect("store");
    assert_eq!(read(store, "a").await.as_deref(), Some("2"));
    assert!(store.delete(key("a")).await.expect("store"));
    assert!(!store.delete(key("a")).await.expect("store"));
    assert_eq!(read(store, "a").await, None);
}

async fn values_come_back_unchanged(store: Arc<dyn Store>) {
    let largest = "ä".repeat(Value::MAX_BYTES / 2);
    for text in [
        "",
        "\0",
        "line\nline",
        "1.0",
        "'; DROP TABLE kv; --",
        &largest,
    ] {
        store.put(key("v"), value(text)).await.expect("store");
        assert_eq!(read(&*store, "v").await.as_deref(), Some(text));
    }
}

async fn keys_are_listed_in_byte_order_up_to_the_limit(store: Arc<dyn Store>) {
    assert!(names(&*store, 10).await.is_empty());
    for name in ["b", "a", "B", "_", "a1", "10", "9"] {
        store.put(key(name), value("x")).await.expect("store");
    }
    assert_eq!(
        names(&*store, 1000).await,
        ["10", "9", "B", "_", "a", "a1", "b"]
    );
    assert_eq!(names(&*store, 2).await, ["10", "9"]);
}

async fn concurrent_writers_lose_nothing(store: Arc<dyn Store>) {
    let writers = (0..16).map(|writer| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for n in 0..16 {
                let name = format!("w{writer}-{n}");
                store.put(key(&name), value(&name)).await.expect("store");
                assert_eq!(read(&*store, &name).await, Some(name));
                store.put(key("shared"), value("x")).await.expect("store");
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("no panic");
    }
    assert_eq!(names(&*store, 1000).await.len(), 16 * 16 + 1);
}

async fn a_ping_succeeds(store: Arc<dyn Store>) {
    store.ping().await.expect("store");
}

async fn file(folder: &Path) -> SqliteStore {
    let path = folder.join("made/on/demand/kv.db");
    SqliteStore::open(&path).await.expect("a database")
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

        mod sqlite_in_memory {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let store = SqliteStore::in_memory().await.expect("a database");
                super::$case(Arc::new(store)).await;
            })*
        }

        mod sqlite_file {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let folder = tempfile::tempdir().expect("a folder");
                super::$case(Arc::new(file(folder.path()).await)).await;
            })*
        }
    };
}

contract!(
    an_entry_is_kept_replaced_and_removed,
    values_come_back_unchanged,
    keys_are_listed_in_byte_order_up_to_the_limit,
    concurrent_writers_lose_nothing,
    a_ping_succeeds,
);

#[tokio::test]
async fn a_file_survives_closing_and_opening_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = file(folder.path()).await;
    first.put(key("a"), value("1")).await.expect("store");
    first.close().await.expect("store");
    assert!(first.ping().await.is_err());
    let second = file(folder.path()).await;
    assert_eq!(read(&second, "a").await.as_deref(), Some("1"));
}

#[tokio::test]
async fn databases_in_memory_are_separate() {
    let one = SqliteStore::in_memory().await.expect("a database");
    let other = SqliteStore::in_memory().await.expect("a database");
    one.put(key("a"), value("1")).await.expect("store");
    assert_eq!(read(&other, "a").await, None);
}

#[tokio::test]
async fn a_folder_in_the_place_of_the_file_is_told_with_its_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = SqliteStore::open(folder.path())
        .await
        .expect_err("a folder");
    let path = folder.path().display().to_string();
    assert!(error.to_string().contains(&path), "{error}");
}
