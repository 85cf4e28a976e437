//! One contract, every adapter of the counts.

use std::{path::Path, str::FromStr as _, sync::Arc};

use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions, query};
use target_service::{
    config::{Defect, Defects},
    events::{
        domain::{DomainName, DomainStore, EventKind, StoreError, Tally, Totals},
        store::{MemoryStore, Overwrite, PostgresStore, SqliteStore},
        with_defects,
    },
};

use super::support::Postgres;

const WRITERS: u64 = 16;
const ROUNDS: u64 = 40;

fn domain(name: &str) -> DomainName {
    DomainName::parse(name).expect("a domain")
}

async fn add(store: &dyn DomainStore, name: &str, kind: EventKind) {
    store.increment(domain(name), kind).await.expect("stored");
}

async fn tally(store: &dyn DomainStore, name: &str) -> (u64, u64) {
    let tally = store.tally(domain(name)).await.expect("a tally");
    (tally.delivered, tally.bounced)
}

async fn events_are_counted_by_domain_and_kind(store: Arc<dyn DomainStore>) {
    let store = &*store;
    assert_eq!(tally(store, "a.com").await, (0, 0));
    add(store, "a.com", EventKind::Delivered).await;
    assert_eq!(tally(store, "a.com").await, (1, 0));
    add(store, "a.com", EventKind::Delivered).await;
    add(store, "a.com", EventKind::Bounced).await;
    add(store, "b.com", EventKind::Bounced).await;
    assert_eq!(tally(store, "a.com").await, (2, 1));
    assert_eq!(tally(store, "b.com").await, (0, 1));
    assert_eq!(tally(store, "c.com").await, (0, 0));
}

async fn totals_are_sums_over_the_domains_seen(store: Arc<dyn DomainStore>) {
    assert_eq!(store.totals().await.expect("sums"), Totals::default());
    for _ in 0..3 {
        add(&*store, "a.com", EventKind::Delivered).await;
    }
    add(&*store, "b.com", EventKind::Bounced).await;
    // To read a domain is not to see it.
    assert_eq!(tally(&*store, "c.com").await, (0, 0));
    let expected = Totals {
        domains: 2,
        events: Tally {
            delivered: 3,
            bounced: 1,
        },
    };
    assert_eq!(store.totals().await.expect("sums"), expected);
}

/// All writers hit the same domains in the same order, so that they also meet at the first event of each.
async fn write_together(store: &Arc<dyn DomainStore>) {
    let writers = (0..WRITERS).map(|_| {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            for round in 0..ROUNDS {
                let name = format!("d{}.com", round % 4);
                let kind = EventKind::ALL[usize::from(round % 8 == 7)];
                store.increment(domain(&name), kind).await.expect("stored");
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("no panic");
    }
}

async fn concurrent_writers_lose_nothing(store: Arc<dyn DomainStore>) {
    write_together(&store).await;
    let each = ROUNDS / 4 * WRITERS;
    for name in ["d0.com", "d1.com", "d2.com"] {
        assert_eq!(tally(&*store, name).await, (each, 0));
    }
    assert_eq!(tally(&*store, "d3.com").await, (each / 2, each / 2));
    let totals = store.totals().await.expect("sums");
    assert_eq!(totals.domains, 4);
    assert_eq!(
        totals.events.delivered + totals.events.bounced,
        WRITERS * ROUNDS
    );
}

async fn a_ping_succeeds(store: Arc<dyn DomainStore>) {
    store.ping().await.expect("an answer");
}

async fn file(folder: &Path) -> SqliteStore {
    let path = folder.join("made/on/demand/events.db");
    SqliteStore::open(&path).await.expect("a database")
}

fn server(url: &str) -> PostgresStore {
    let server = PgConnectOptions::from_str(url).expect("an address");
    // As many as there are writers, so that they do meet.
    PostgresStore::new(server, 16)
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

        mod postgres {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let url = Postgres::shared().fresh_database().await;
                super::$case(Arc::new(server(&url))).await;
            })*
        }
    };
}

contract!(
    events_are_counted_by_domain_and_kind,
    totals_are_sums_over_the_domains_seen,
    concurrent_writers_lose_nothing,
    a_ping_succeeds,
);

#[tokio::test]
async fn a_file_survives_closing_and_opening_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = file(folder.path()).await;
    add(&first, "a.com", EventKind::Bounced).await;
    first.close().await.expect("closed");
    assert!(first.ping().await.is_err());
    let second = file(folder.path()).await;
    assert_eq!(tally(&second, "a.com").await, (0, 1));
}

#[tokio::test]
async fn two_processes_may_write_one_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let stores: [Arc<dyn DomainStore>; 2] = [
        Arc::new(file(folder.path()).await),
        Arc::new(file(folder.path()).await),
    ];
    let writers = stores.clone().map(|store| {
        tokio::spawn(async move {
            for _ in 0..50 {
                add(&*store, "a.com", EventKind::Delivered).await;
            }
        })
    });
    for writer in writers {
        writer.await.expect("no panic");
    }
    assert_eq!(tally(&*stores[0], "a.com").await, (100, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_services_may_share_a_new_database() {
    let url = Postgres::shared().fresh_database().await;
    let stores: [Arc<dyn DomainStore>; 2] = [Arc::new(server(&url)), Arc::new(server(&url))];
    tokio::join!(write_together(&stores[0]), write_together(&stores[1]));
    let totals = stores[0].totals().await.expect("sums");
    assert_eq!(
        totals.events.delivered + totals.events.bounced,
        2 * WRITERS * ROUNDS
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable_and_one_without_the_database_failed() {
    // A folder without a server's socket.
    let folder = tempfile::tempdir().expect("a folder");
    let host = folder.path().display();
    let gone = server(&format!("postgres://nobody@localhost/none?host={host}"));
    let error = gone.ping().await.expect_err("no server");
    assert!(matches!(error, StoreError::Unreachable(_)), "{error:?}");

    let elsewhere = server(&Postgres::shared().url("no_such_database"));
    let error = elsewhere.ping().await.expect_err("no such database");
    assert!(matches!(error, StoreError::Failed(_)), "{error:?}");
}

#[tokio::test]
async fn an_event_that_waits_too_long_for_a_lock_is_unreachable_and_not_counted() {
    let url = Postgres::shared().fresh_database().await;
    let store = server(&url);
    add(&store, "a.com", EventKind::Delivered).await;
    let mut other = PgConnection::connect(&url).await.expect("a connection");
    let mut lock = other.begin().await.expect("a transaction");
    let touch = query("UPDATE domains SET bounced = bounced WHERE domain = 'a.com'");
    touch.execute(&mut *lock).await.expect("a row");
    let error = store.increment(domain("a.com"), EventKind::Delivered).await;
    let error = error.expect_err("the row is locked for longer than a statement may take");
    assert!(matches!(error, StoreError::Unreachable(_)), "{error:?}");
    lock.rollback().await.expect("a server");
    assert_eq!(tally(&store, "a.com").await, (1, 0));
}

async fn stored_by_concurrent_writers(store: impl Overwrite, defects: &Defects) -> u64 {
    let store = with_defects(store, defects);
    write_together(&store).await;
    let events = store.totals().await.expect("sums").events;
    events.delivered + events.bounced
}

/// One thread: the writers take turns at the defect's pause, so the loss is certain.
#[tokio::test]
async fn increments_are_lost_with_the_defect_and_only_then() {
    let defects = [Defect::LostIncrements].into_iter().collect();
    let stored = stored_by_concurrent_writers(MemoryStore::default(), &defects).await;
    assert!(stored < WRITERS * ROUNDS, "{stored}");
    let stored = stored_by_concurrent_writers(MemoryStore::default(), &Defects::default()).await;
    assert_eq!(stored, WRITERS * ROUNDS);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_defect_loses_increments_in_databases_too() {
    let defects = [Defect::LostIncrements].into_iter().collect();
    let url = Postgres::shared().fresh_database().await;
    let stored = stored_by_concurrent_writers(server(&url), &defects).await;
    assert!(stored < WRITERS * ROUNDS, "{stored}");
    let folder = tempfile::tempdir().expect("a folder");
    let stored = stored_by_concurrent_writers(file(folder.path()).await, &defects).await;
    assert!(stored < WRITERS * ROUNDS, "{stored}");
}
