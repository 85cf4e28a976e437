//! A `PostgreSQL` server that goes away and comes back.

use std::{
    thread,
    time::{Duration, Instant},
};

use sqlx::{Connection as _, PgConnection};
use target_service::{
    config::{Defect, Defects, PostgresUrl},
    kv::{
        domain::{DatabaseId, EntryId, KeyId, Sealed, Store},
        store::{FusedStore, PostgresStore},
    },
};

use super::support::{Postgres, Program, Writers, assert_kept, output, program, raw_http};

const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// How long readiness may be wrong about the database. An objective, not a guess: the test is about it.
const FOLLOWS_WITHIN: Duration = Duration::from_secs(2);
const FIRST_SUCCESS_WITHIN: Duration = Duration::from_secs(5);

fn status(program: &Program, path: &str) -> u16 {
    let answer = raw_http(program.address, "GET", path, "");
    answer.expect("an answer").0
}

/// Asks until readiness says so; the time since the call.
fn until_ready_is(program: &Program, wanted: u16) -> Duration {
    let begin = Instant::now();
    while status(program, "/readyz") != wanted {
        assert!(begin.elapsed() < Duration::from_mins(1), "never {wanted}");
        thread::sleep(Duration::from_millis(5));
    }
    begin.elapsed()
}

fn until_metrics_hold(program: &Program, lines: &[&str]) {
    let begin = Instant::now();
    loop {
        let (_, text) = raw_http(program.address, "GET", "/metrics", "").expect("an answer");
        if lines.iter().all(|line| text.lines().any(|l| l == *line)) {
            return;
        }
        assert!(begin.elapsed() < Duration::from_mins(1), "{text}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn reconnects(program: &Program) -> f64 {
    let (_, text) = raw_http(program.address, "GET", "/metrics", "").expect("an answer");
    let mut lines = text.lines();
    let value = lines.find_map(|line| line.strip_prefix("kv_store_reconnects_total "));
    value.and_then(|value| value.parse().ok()).expect("a count")
}

fn start(url: &str) -> Program {
    Program::of(
        program()
            .args(["--database", url])
            .env("MASTER_KEY", MASTER_KEY),
    )
}

fn store(url: &str, defects: &Defects) -> PostgresStore {
    let server = PostgresUrl::parse(url).and_then(|url| url.options());
    PostgresStore::new(server.expect("an address"), 10, defects)
}

fn id(key: &str) -> EntryId {
    EntryId {
        database: DatabaseId::ZERO,
        key: KeyId::new(key),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_follows_a_restart_under_load_and_no_acknowledged_write_is_lost() {
    let mut cluster = Postgres::new();
    let url = cluster.fresh_database().await;
    let mut program = start(&url);
    until_ready_is(&program, 200);
    let writers = Writers::start(program.address, "w");
    writers.wait_for(50);

    for kill in [false, true] {
        if kill {
            cluster.kill();
        } else {
            cluster.stop();
        }
        let down = until_ready_is(&program, 503);
        until_metrics_hold(&program, &["kv_store_up 0"]);
        assert_eq!(status(&program, "/livez"), 200);
        cluster.start();
        let begin = Instant::now();
        let up = until_ready_is(&program, 200);
        writers.wait_for(1);
        let first_success = begin.elapsed();
        eprintln!("kill={kill}: down after {down:?}, up {up:?}, first write {first_success:?}");
        assert!(down < FOLLOWS_WITHIN, "{down:?}");
        assert!(up < FOLLOWS_WITHIN, "{up:?}");
        assert!(first_success < FIRST_SUCCESS_WITHIN, "{first_success:?}");
        writers.wait_for(50);
    }
    let acknowledged = writers.stop();
    assert_kept(program.address, &acknowledged);
    assert!(program.is_running());
    until_metrics_hold(&program, &["kv_store_up 1"]);
    // More than two only when a busy machine made a ping wait for longer than its limit.
    assert!(reconnects(&program) >= 2.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_starts_before_its_database_and_becomes_ready_with_it() {
    let mut cluster = Postgres::new();
    let url = cluster.fresh_database().await;
    cluster.stop();
    let program = start(&url);
    assert_eq!(status(&program, "/readyz"), 503);
    assert_eq!(status(&program, "/livez"), 200);
    until_metrics_hold(&program, &["kv_store_up 0", "kv_store_reconnects_total 0"]);
    let put = raw_http(program.address, "PUT", "/v1/kv/a", "1").expect("an answer");
    assert_eq!(put.0, 503);
    cluster.start();
    until_ready_is(&program, 200);
    let put = raw_http(program.address, "PUT", "/v1/kv/a", "1").expect("an answer");
    assert_eq!(put.0, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_opened_again_unless_the_defect_is_asked_for() {
    let mut cluster = Postgres::new();
    let url = cluster.fresh_database().await;
    let inner = || std::sync::Arc::new(store(&url, &Defects::default()));
    let sound = FusedStore::around(inner(), &Defects::default());
    let defective = FusedStore::around(inner(), &Defects::from_iter([Defect::NoReconnect]));
    for store in [&sound, &defective] {
        store.ping().await.expect("up");
    }
    cluster.stop();
    for store in [&sound, &defective] {
        store.get(id("a")).await.expect_err("down");
    }
    cluster.start();
    sound.get(id("a")).await.expect("up again");
    sound.ping().await.expect("up again");
    defective.get(id("a")).await.expect_err("lost for ever");
    defective.ping().await.expect_err("lost for ever");
}

#[tokio::test]
async fn the_table_is_made_unless_the_defect_is_asked_for() {
    let url = Postgres::shared().fresh_database().await;
    let defective = store(&url, &Defects::from_iter([Defect::NoBootstrap]));
    defective.ping().await.expect_err("no table");
    let put = defective.put(id("a"), Sealed::new("1")).await;
    put.expect_err("no table");
    let sound = store(&url, &Defects::default());
    sound.put(id("a"), Sealed::new("1")).await.expect("a table");
}

#[tokio::test]
async fn a_table_that_is_dropped_under_the_service_is_told_by_the_ping() {
    let url = Postgres::shared().fresh_database().await;
    let store = store(&url, &Defects::default());
    store.ping().await.expect("a table");
    let mut other = PgConnection::connect(&url).await.expect("a connection");
    sqlx::raw_sql("DROP TABLE kv")
        .execute(&mut other)
        .await
        .expect("dropped");
    store.ping().await.expect_err("no table");
}

/// Another session has the row: the answer is an error in time, and later the row is as that session left it.
#[tokio::test]
async fn a_write_that_does_not_get_through_is_an_error_and_not_stored() {
    let url = Postgres::shared().fresh_database().await;
    let store = store(&url, &Defects::default());
    store.put(id("a"), Sealed::new("1")).await.expect("stored");
    let mut other = PgConnection::connect(&url).await.expect("a connection");
    let mut lock = other.begin().await.expect("a transaction");
    sqlx::raw_sql("UPDATE kv SET value = '2'")
        .execute(&mut *lock)
        .await
        .expect("locked");
    let put = store.put(id("a"), Sealed::new("3")).await;
    put.expect_err("the row is locked for longer than a statement may take");
    lock.commit().await.expect("committed");
    let kept = store.get(id("a")).await.expect("store");
    assert_eq!(kept, Some(Sealed::new("2")));
}

#[test]
fn without_a_master_key_the_start_is_refused_with_the_remedy() {
    let mut command = program();
    command.args(["--database", "postgres://u:hunter2@127.0.0.1:1/d"]);
    command.args(["--database-pool", "0"]);
    let (code, _, told) = output(&mut command);
    assert_eq!(code, 2, "{told}");
    for text in ["MASTER_KEY_FILE", "openssl rand -hex 32", "DATABASE_POOL"] {
        assert!(told.contains(text), "{told}");
    }
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn mistakes_in_the_settings_of_storage_are_told_with_their_names_and_without_the_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let bad = folder.path().join("bad.key");
    std::fs::write(&bad, "hunter2-hunter2").expect("a file");
    let absent = folder.path().join("absent.key");
    let told = |settings: &[(&str, &str)]| {
        let (code, _, told) = output(program().envs(settings.iter().copied()));
        assert_eq!(code, 2, "{told}");
        told
    };
    let (bad, absent) = (
        bad.to_str().expect("UTF-8"),
        absent.to_str().expect("UTF-8"),
    );
    for (settings, text) in [
        (vec![("MASTER_KEY_FILE", bad)], "line 1: is no key"),
        (vec![("MASTER_KEY_FILE", absent)], "No such file"),
        (vec![("MASTER_KEY", "hunter2")], "line 1: is no key"),
        (
            vec![("MASTER_KEY", MASTER_KEY), ("MASTER_KEY_FILE", bad)],
            "drop one",
        ),
        (vec![("SQLITE_JOURNAL", "memory")], "known: wal, delete"),
        (vec![("DATABASE_POOL", "1001")], "from 1 to 1000"),
    ] {
        let told = told(&settings);
        assert!(told.contains(settings[0].0), "{told}");
        assert!(told.contains(text), "{told}");
        assert!(
            !told.contains("hunter2") && !told.contains(MASTER_KEY),
            "{told}"
        );
    }
}
