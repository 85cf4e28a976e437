//! The built-in upstream, right and wrong.

use std::{collections::BTreeSet, time::Duration};

use target_service::config::{Defect, Defects};

use super::{
    running::{Sidecar, builtin},
    wire,
};

/// The numbers of 400 answers to 16 clients at once.
async fn counters(sidecar: &Sidecar) -> Vec<u64> {
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let address = sidecar.address;
        clients.spawn(async move {
            let mut numbers = Vec::new();
            for _ in 0..25 {
                let reply = wire::get(address, "/proxy").await;
                let number = reply.text().strip_prefix("counter=").expect("a counter");
                numbers.push(number.parse::<u64>().expect("a number"));
            }
            numbers
        });
    }
    clients.join_all().await.concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_number_repeats_and_none_is_left_out() {
    let sidecar = Sidecar::start(&builtin()).await;
    let numbers: BTreeSet<u64> = counters(&sidecar).await.into_iter().collect();
    assert_eq!(numbers, (1..=400).collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_defect_counter_race_numbers_repeat() {
    let defects = Defects::from_iter([Defect::CounterRace]);
    let sidecar = Sidecar::with(&builtin(), defects, 7).await;
    let numbers = counters(&sidecar).await;
    let distinct: BTreeSet<&u64> = numbers.iter().collect();
    assert!(
        distinct.len() < numbers.len(),
        "{} distinct",
        distinct.len()
    );
}

#[tokio::test]
async fn it_says_ok_text_and_nothing_else() {
    let sidecar = Sidecar::start(&builtin()).await;
    let health = wire::get(sidecar.address, "/healthz").await;
    assert_eq!((health.status(), health.text()), (200, "ok"));
    let root = wire::get(sidecar.address, "/?x=1").await;
    assert_eq!((root.status(), root.text()), (200, "counter=1"));
    assert_eq!(
        root.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    let post = wire::request("POST", "/", "", b"body");
    assert_eq!(wire::reply(sidecar.address, &post).await.status(), 405);
    assert_eq!(wire::get(sidecar.address, "/other").await.status(), 404);
    let head = wire::request("HEAD", "/", "", b"");
    let head = wire::reply(sidecar.address, &head).await;
    assert_eq!(head.header("content-length"), Some("9"));
    assert!(head.body.is_empty());
}

#[tokio::test]
async fn with_the_defect_slow_2s_an_answer_takes_2_s_and_without_it_none() {
    for (defects, slow) in [(vec![], false), (vec![Defect::Slow2s], true)] {
        let sidecar = Sidecar::with(&builtin(), defects.into_iter().collect(), 7).await;
        assert_eq!(wire::get(sidecar.address, "/").await.status(), 200);
        let log = sidecar.log();
        let line = log
            .iter()
            .find(|line| line["msg"] == "request")
            .expect("a line");
        let slept = line["upstream_ms"].as_f64().expect("a number") >= 2_000.0;
        // Without the defect there is no sleep to be seen: two seconds are far beyond a busy machine.
        assert_eq!(slept, slow, "{line}");
        let bound = Duration::from_secs(2).as_secs_f64().to_string();
        let scrape = sidecar.scrape().await;
        let beyond = 1.0
            - scrape.sum(
                "sidecar_upstream_duration_seconds_bucket",
                &[("le", &bound)],
            );
        assert_eq!(beyond == 1.0, slow);
    }
}
