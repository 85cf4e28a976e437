//! The way down, over real sockets.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use target_service::{
    kv::store::MemoryStore,
    server::{Ended, ServeError, Server},
};
use tokio::{
    net::TcpListener,
    sync::oneshot,
    task::{JoinHandle, spawn_blocking},
};

use super::support::{GatedStore, StuckStore, Target, raw_http};

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Result<Ended, ServeError>>,
}

async fn serve(target: &Target, drain_limit: Duration) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel();
    let server = Server {
        services: vec![(listener, target.app.clone())],
        admin: Vec::new(),
        tasks: Vec::new(),
        drain: target.drain.clone(),
        drain_limit,
        metrics: vec![Arc::clone(&target.telemetry.metrics)],
    };
    let ended = tokio::spawn(server.run(async move {
        let _ = stopped.await;
    }));
    Running {
        address,
        stop,
        ended,
    }
}

impl Running {
    fn get(&self, path: &'static str) -> JoinHandle<std::io::Result<(u16, String)>> {
        let address = self.address;
        spawn_blocking(move || raw_http(address, "GET", path, ""))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_server_stops_and_closes_its_port() {
    let target = Target::with_store(MemoryStore::default());
    let running = serve(&target, Duration::from_mins(1)).await;
    let (status, _) = running
        .get("/readyz")
        .await
        .expect("no panic")
        .expect("an answer");
    assert_eq!(status, 200);
    let address = running.address;
    running.stop.send(()).expect("running");
    assert_eq!(
        running.ended.await.expect("no panic").expect("served"),
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
    let running = serve(&target, Duration::from_mins(1)).await;
    let slow = running.get("/v1/kv/a");
    gate.arrived().await;
    let waiting = running
        .get("/readyz")
        .await
        .expect("no panic")
        .expect("an answer");
    assert_eq!(waiting.0, 200);

    let (address, ended) = (running.address, running.ended);
    running.stop.send(()).expect("running");
    target.drain.begun().await;
    let draining = spawn_blocking(move || raw_http(address, "GET", "/readyz", "")).await;
    let (status, body) = draining.expect("no panic").expect("still accepting");
    assert_eq!(status, 503);
    assert!(body.contains("draining"), "{body}");

    gate.open();
    let (status, _) = slow.await.expect("no panic").expect("an answer");
    assert_eq!(status, 404);
    assert_eq!(
        ended.await.expect("no panic").expect("served"),
        Ended::Drained
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_request_is_cut_off_at_the_limit() {
    let target = Target::with_store(StuckStore);
    let running = serve(&target, Duration::from_millis(1)).await;
    let stuck = running.get("/v1/kv/a");
    while target.telemetry.metrics.in_flight().get() == 0 {
        tokio::task::yield_now().await;
    }
    running.stop.send(()).expect("running");
    assert_eq!(
        running.ended.await.expect("no panic").expect("served"),
        Ended::CutOff
    );
    drop(stuck);
}
