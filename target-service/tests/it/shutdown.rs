//! The way down, over real sockets.

use std::{fs, process::Command, thread, time::Duration};

use target_service::{
    kv::store::MemoryStore,
    server::{Ended, Limits},
};
use tokio::task::{JoinHandle, spawn_blocking};

use super::support::{GatedStore, Program, Running, StuckStore, Target, raw_http};

async fn serve(target: &Target, drain_limit: Duration) -> Running {
    Running::start(target, drain_limit, Limits::default()).await
}

fn get(running: &Running, path: &'static str) -> JoinHandle<std::io::Result<(u16, String)>> {
    let address = running.address;
    spawn_blocking(move || raw_http(address, "GET", path, ""))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_server_stops_and_closes_its_port() {
    let target = Target::with_store(MemoryStore::default());
    let mut running = serve(&target, Duration::from_mins(1)).await;
    let (status, _) = get(&running, "/readyz")
        .await
        .expect("no panic")
        .expect("an answer");
    assert_eq!(status, 200);
    let address = running.address;
    running.stop();
    assert_eq!(
        (&mut running.ended)
            .await
            .expect("no panic")
            .expect("served"),
        Ended::Drained
    );
    let late = spawn_blocking(move || raw_http(address, "GET", "/livez", "")).await;
    assert!(late.expect("no panic").is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_under_way_is_answered_while_readyz_is_503() {
    let store = GatedStore::default();
    let gate = store.gate();
    let target = Target::with_store(store);
    let mut running = serve(&target, Duration::from_mins(1)).await;
    let slow = get(&running, "/v1/kv/a");
    gate.arrived().await;
    let waiting = get(&running, "/readyz")
        .await
        .expect("no panic")
        .expect("an answer");
    assert_eq!(waiting.0, 200);

    let address = running.address;
    running.stop();
    target.drain.begun().await;
    let draining = spawn_blocking(move || raw_http(address, "GET", "/readyz", "")).await;
    let (status, body) = draining.expect("no panic").expect("still accepting");
    assert_eq!(status, 503);
    assert!(body.contains("draining"), "{body}");

    gate.open();
    let (status, _) = slow.await.expect("no panic").expect("an answer");
    assert_eq!(status, 404);
    assert_eq!(
        (&mut running.ended)
            .await
            .expect("no panic")
            .expect("served"),
        Ended::Drained
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_request_is_cut_off_at_the_limit() {
    let target = Target::with_store(StuckStore);
    let mut running = serve(&target, Duration::from_millis(1)).await;
    let stuck = get(&running, "/v1/kv/a");
    while target.telemetry.metrics.in_flight().get() == 0 {
        tokio::task::yield_now().await;
    }
    running.stop();
    assert_eq!(
        (&mut running.ended)
            .await
            .expect("no panic")
            .expect("served"),
        Ended::CutOff
    );
    drop(stuck);
}

#[test]
fn a_log_that_nobody_reads_does_not_keep_the_program_from_ending() {
    // Its output is a pipe, and nothing here reads more than the first line.
    let program = Program::start(&["--database", "memory"]);
    // More lines than a pipe of 64 KiB holds.
    for _ in 0..500 {
        assert_eq!(program.get("/nope").0, 404);
    }
    let pid = program.pid().to_string();
    let kill = Command::new("kill").args(["-TERM", &pid]).status();
    assert!(kill.expect("kill").success());
    let ended = || {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("Linux");
        stat.contains(") Z ")
    };
    for _ in 0..600 {
        if ended() {
            return;
        }
        thread::sleep(Duration::from_millis(100));
    }
    panic!("still there after a minute");
}
