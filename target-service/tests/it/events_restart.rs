//! The database goes away and comes back under load; the service stays.

use std::{
    str::FromStr as _,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::postgres::PgConnectOptions;
use target_service::events::store::PostgresStore;
use tokio::task::spawn_blocking;

use super::support::{Postgres, Target, events_target};

const LIMIT: Duration = Duration::from_mins(1);

#[derive(Default)]
struct Seen {
    acknowledged: AtomicU64,
    /// 503: the connection may have broken before or after the database stored the event.
    unsure: AtomicU64,
    enough: AtomicBool,
}

async fn write(target: Arc<Target>, seen: Arc<Seen>, writer: usize) {
    let path = format!("/events/d{writer}.com/delivered");
    while !seen.enough.load(Ordering::Relaxed) {
        match target.send("PUT", &path, "").await.status {
            204 => &seen.acknowledged,
            503 => &seen.unsure,
            other => panic!("status {other}"),
        }
        .fetch_add(1, Ordering::Relaxed);
    }
}

async fn until_ready_is(target: &Target, status: u16) {
    let began = Instant::now();
    while target.get("/readyz").await.status != status {
        assert!(began.elapsed() < LIMIT, "/readyz is not {status}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn until_acknowledged_more(seen: &Seen) {
    let (before, began) = (seen.acknowledged.load(Ordering::Relaxed), Instant::now());
    while seen.acknowledged.load(Ordering::Relaxed) < before + 100 {
        assert!(began.elapsed() < LIMIT, "no event is stored");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn until_unsure_more(seen: &Seen) {
    let (before, began) = (seen.unsure.load(Ordering::Relaxed), Instant::now());
    while seen.unsure.load(Ordering::Relaxed) == before {
        assert!(began.elapsed() < LIMIT, "no event fails");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn restarted(mut cluster: Postgres, target: &Target, seen: &Seen, crash: bool) -> Postgres {
    let down = spawn_blocking(move || {
        if crash {
            cluster.kill();
        } else {
            cluster.stop();
        }
        cluster
    });
    let mut cluster = down.await.expect("stopped");
    until_ready_is(target, 503).await;
    until_unsure_more(seen).await;
    assert_eq!(target.get("/livez").await.status, 200);
    let up = spawn_blocking(move || {
        cluster.start();
        cluster
    });
    let cluster = up.await.expect("started");
    until_ready_is(target, 200).await;
    cluster
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_restart_loses_no_acknowledged_event_and_needs_no_restart_of_the_service() {
    let mut cluster = Postgres::new();
    let url = cluster.fresh_database().await;
    let server = PgConnectOptions::from_str(&url).expect("an address");
    let target = Arc::new(events_target(PostgresStore::new(server, 8)));
    let seen = Arc::new(Seen::default());
    let writers = [0, 1, 2, 3]
        .map(|writer| tokio::spawn(write(Arc::clone(&target), Arc::clone(&seen), writer)));
    for crash in [false, true] {
        until_acknowledged_more(&seen).await;
        cluster = restarted(cluster, &target, &seen, crash).await;
    }
    until_acknowledged_more(&seen).await;
    seen.enough.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.expect("204 or 503");
    }

    let acknowledged = seen.acknowledged.load(Ordering::Relaxed);
    let unsure = seen.unsure.load(Ordering::Relaxed);
    let stored = target.get("/stats").await.json()["delivered"].as_u64();
    let stored = stored.expect("a count");
    assert!(
        (acknowledged..=acknowledged + unsure).contains(&stored),
        "{acknowledged} acknowledged, {unsure} unsure, {stored} stored"
    );
    let scrape = target.scrape().await;
    let counted = scrape.sum("events_stored_total", &[]);
    assert_eq!(counted, acknowledged as f64);
    let errors = scrape.sum("event_store_errors_total", &[("op", "increment")]);
    assert_eq!(errors, unsure as f64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_up_before_its_database_becomes_ready_with_it() {
    let mut cluster = Postgres::new();
    let url = cluster.fresh_database().await;
    cluster.stop();
    let server = PgConnectOptions::from_str(&url).expect("an address");
    let target = events_target(PostgresStore::new(server, 8));
    until_ready_is(&target, 503).await;
    assert_eq!(target.get("/livez").await.status, 200);
    assert_eq!(target.get("/metrics").await.status, 200);
    let up = spawn_blocking(move || {
        cluster.start();
        cluster
    });
    let _running = up.await.expect("started");
    until_ready_is(&target, 200).await;
    let answer = target.send("PUT", "/events/a.com/bounced", "").await;
    assert_eq!(answer.status, 204);
}
