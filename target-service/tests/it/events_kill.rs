//! The service is killed in the middle of writes; what it acknowledged is there afterwards.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::support::{Postgres, Program, program, raw_http};

const KILLS: usize = 20;
const WRITERS: usize = 4;
const LIMIT: Duration = Duration::from_mins(1);

fn start(folder: &Path, database: &str) -> (Program, SocketAddr) {
    let mut command = program();
    command.args(["--profile", "events", "--database", database]);
    let program = Program::of(command.current_dir(folder));
    let address = program.address;
    (program, address)
}

fn stored(address: SocketAddr) -> u64 {
    let (status, body) = raw_http(address, "GET", "/stats", "").expect("an answer");
    assert_eq!(status, 200, "{body}");
    let sums: Value = serde_json::from_str(&body).expect("JSON");
    sums["delivered"].as_u64().expect("a count")
}

/// Writes until the service is gone.
fn write(address: SocketAddr, acknowledged: &AtomicU64) {
    while let Ok((204, _)) = raw_http(address, "PUT", "/events/a.com/delivered", "") {
        acknowledged.fetch_add(1, Ordering::Relaxed);
    }
}

fn kill_under_load(folder: &Path, database: &str) {
    // All writes that were acknowledged, and all that may be stored without having been.
    let (mut certain, mut possible) = (0, 0);
    for round in 0..KILLS {
        let (program, address) = start(folder, database);
        let before = stored(address);
        assert!(
            (certain..=possible).contains(&before),
            "after {round} kills {certain} are acknowledged, {before} stored"
        );
        let acknowledged = Arc::new(AtomicU64::new(0));
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| {
                let acknowledged = Arc::clone(&acknowledged);
                thread::spawn(move || write(address, &acknowledged))
            })
            .collect();
        let began = Instant::now();
        // Not the same moment of each write.
        while acknowledged.load(Ordering::Relaxed) < 20 + round as u64 {
            assert!(began.elapsed() < LIMIT, "no write is acknowledged");
            thread::yield_now();
        }
        // SIGKILL.
        drop(program);
        for writer in writers {
            writer.join().expect("no panic");
        }
        let acknowledged = acknowledged.load(Ordering::Relaxed);
        certain = before + acknowledged;
        // Each writer had at most one more under way, and a database may finish it at any later time.
        possible += acknowledged + WRITERS as u64;
    }
    let (_program, address) = start(folder, database);
    assert!((certain..=possible).contains(&stored(address)));
}

#[test]
fn a_sqlite_file_keeps_every_acknowledged_event_through_20_kills() {
    let folder = tempfile::tempdir().expect("a folder");
    kill_under_load(folder.path(), "events.db");
}

#[test]
fn a_postgres_server_keeps_every_acknowledged_event_through_20_kills() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let url = runtime.block_on(Postgres::shared().fresh_database());
    kill_under_load(folder.path(), &url);
}
