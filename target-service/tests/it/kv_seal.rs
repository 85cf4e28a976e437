//! What the seal promises to whoever has no master key, and what a rotation keeps.

use std::sync::Arc;

use target_service::kv::{
    Entries, Seal,
    domain::{DatabaseId, Key, ListLimit, Page, Sealed, Store, StoreError, Value},
    seal::MasterKeys,
    store::MemoryStore,
};

const DATABASE: DatabaseId = DatabaseId::ZERO;

fn key(text: &str) -> Key {
    Key::any(text).expect("a key")
}

fn value(text: &str) -> Value {
    Value::parse(text).expect("a value")
}

fn secret(byte: u8) -> String {
    format!("{byte:02x}").repeat(32)
}

/// Entries sealed by the keys of these lines.
fn entries(store: &Arc<MemoryStore>, lines: &[String]) -> Entries {
    let keys = MasterKeys::parse(&lines.join("\n")).expect("keys");
    Entries::new(Arc::clone(store) as Arc<dyn Store>, Seal::new(&keys))
}

async fn rows(store: &MemoryStore) -> Vec<(String, String)> {
    let all = Page {
        after: None,
        limit: u16::MAX,
    };
    let rows = store.page(DATABASE, all).await.expect("store");
    let text = |(key, entry): (_, Sealed)| {
        let key: target_service::kv::domain::KeyId = key;
        (key.as_str().to_owned(), entry.as_str().to_owned())
    };
    rows.into_iter().map(text).collect()
}

async fn read(entries: &Entries, name: &str) -> Option<String> {
    let found = entries.get(DATABASE, &key(name)).await.expect("store");
    found.map(Value::into_string)
}

async fn names(entries: &Entries) -> Vec<String> {
    let keys = entries.keys(DATABASE, ListLimit::default()).await;
    let keys = keys.expect("store").into_iter();
    keys.map(Key::into_string).collect()
}

#[tokio::test]
async fn the_store_sees_neither_key_nor_value() {
    let store = Arc::new(MemoryStore::default());
    let entries = entries(&store, &[secret(1)]);
    entries
        .put(DATABASE, &key("visible-key"), &value("visible-value"))
        .await
        .expect("store");
    let [(id, sealed)] = &rows(&store).await[..] else {
        panic!("one row");
    };
    assert_eq!(id.len(), 43);
    assert!(sealed.starts_with("v1."), "{sealed}");
    for text in [id, sealed] {
        assert!(!text.contains("visible"), "{text}");
    }
}

#[tokio::test]
async fn without_its_master_key_an_entry_is_unreadable_and_not_absent() {
    let store = Arc::new(MemoryStore::default());
    let owner = entries(&store, &[secret(1)]);
    owner
        .put(DATABASE, &key("a"), &value("1"))
        .await
        .expect("store");
    let other = entries(&store, &[secret(2)]);
    let listing = other.keys(DATABASE, ListLimit::default()).await;
    assert!(matches!(listing, Err(StoreError::Unreadable(_))));
}

#[tokio::test]
async fn after_a_rotation_old_entries_are_read_listed_and_guarded() {
    let store = Arc::new(MemoryStore::default());
    let before = entries(&store, &[secret(1)]);
    before
        .put(DATABASE, &key("a"), &value("1"))
        .await
        .expect("store");
    let after = entries(&store, &[secret(2), secret(1)]);
    assert_eq!(read(&after, "a").await.as_deref(), Some("1"));
    assert_eq!(names(&after).await, ["a"]);
    let inserted = after.insert(DATABASE, &key("a"), &value("2")).await;
    assert!(!inserted.expect("store"), "the key exists");
    assert_eq!(read(&after, "a").await.as_deref(), Some("1"));
}

#[tokio::test]
async fn a_write_moves_an_entry_to_the_current_master_key() {
    let store = Arc::new(MemoryStore::default());
    let before = entries(&store, &[secret(1)]);
    before
        .put(DATABASE, &key("a"), &value("1"))
        .await
        .expect("store");
    let after = entries(&store, &[secret(2), secret(1)]);
    after
        .put(DATABASE, &key("a"), &value("2"))
        .await
        .expect("store");
    assert_eq!(rows(&store).await.len(), 1);
    let later = entries(&store, &[secret(2)]);
    assert_eq!(read(&later, "a").await.as_deref(), Some("2"));
}

#[tokio::test]
async fn a_delete_finds_an_entry_under_an_older_master_key() {
    let store = Arc::new(MemoryStore::default());
    let before = entries(&store, &[secret(1)]);
    before
        .put(DATABASE, &key("a"), &value("1"))
        .await
        .expect("store");
    let after = entries(&store, &[secret(3), secret(2), secret(1)]);
    assert!(after.delete(DATABASE, &key("a")).await.expect("store"));
    assert!(!after.delete(DATABASE, &key("a")).await.expect("store"));
    assert_eq!(read(&after, "a").await, None);
    assert!(rows(&store).await.is_empty());
}

#[tokio::test]
async fn a_move_that_was_interrupted_shows_the_newer_value_once() {
    let store = Arc::new(MemoryStore::default());
    for (secret, text) in [(secret(1), "old"), (secret(2), "new")] {
        let entries = entries(&store, &[secret]);
        entries
            .put(DATABASE, &key("a"), &value(text))
            .await
            .expect("store");
    }
    assert_eq!(rows(&store).await.len(), 2, "copied and not yet removed");
    let after = entries(&store, &[secret(2), secret(1)]);
    assert_eq!(read(&after, "a").await.as_deref(), Some("new"));
    assert_eq!(names(&after).await, ["a"]);
    assert!(after.delete(DATABASE, &key("a")).await.expect("store"));
    assert_eq!(read(&after, "a").await, None);
}

#[tokio::test]
async fn no_debug_output_and_no_error_holds_key_value_id_or_secret() {
    let store = Arc::new(MemoryStore::default());
    let lines = [format!("now:{}", secret(0xab))];
    let keys = MasterKeys::parse(&lines[0]).expect("a key");
    let owner = entries(&store, &lines);
    owner
        .put(DATABASE, &key("visible-key"), &value("visible-value"))
        .await
        .expect("store");
    let other = entries(&store, &[secret(2)]);
    let error = other.keys(DATABASE, ListLimit::default()).await;
    let error = error.expect_err("another master key");
    let shown = format!(
        "{store:?} {keys:?} {:?} {error} {error:?}",
        Seal::new(&keys)
    );
    let (id, sealed) = rows(&store).await.remove(0);
    for hidden in ["visible", &id, &sealed, "abab", "171, 171"] {
        assert!(!shown.contains(hidden), "{hidden}: {shown}");
    }
}
