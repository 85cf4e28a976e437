//! What keeps the generator from its schedule.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::processor::{Hog, on_one_core};
use crate::run::{alone, load, start, start_by, until};
use crate::server::{Manner, Server};

#[test]
fn a_process_that_was_stopped_for_half_a_second_is_invalid_and_says_when() {
    let _alone = alone();
    let server = Server::start(Manner::Prompt);
    let running = start("", &server.url(), "-r 200 -d 2s -c 16");
    until("the first requests", || server.requests() > 40);
    let pid = Pid::from_raw(i32::try_from(running.pid()).unwrap()).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
    std::thread::sleep(Duration::from_millis(500));
    kill_process(pid, Signal::CONT).unwrap();
    let run = running.finish();
    run.assert_invalid();
    let pauses = run.generator()["pauses"].clone();
    assert!(pauses["count"].as_u64().unwrap() >= 1, "{pauses}");
    assert!(pauses["longest_us"].as_u64().unwrap() > 400_000, "{pauses}");
    // 40 requests at 200 a second, and the half second itself.
    assert!(pauses["longest_at_ms"].as_u64().unwrap() >= 600, "{pauses}");
    run.finding("generator/kept-up", "pauses").assert_warns(&[
        "the generator stood still ",
        "no heartbeat more than 10 ms late",
        "whether they spoil the run is what the schedule delay says",
    ]);
    run.finding("generator/kept-up", "schedule delay")
        .assert_invalidates(&["p99 at most 1.0 ms"]);
}

#[test]
fn a_processor_hog_beside_it_makes_requests_leave_late() {
    let _alone = alone();
    let server = Server::start(Manner::Prompt);
    let _hog = Hog::start(2);
    // The hog is served first; the program has what is left of the core.
    let run = on_one_core(|| {
        start_by(
            "exec nice -n 10",
            &server.url(),
            "-r 500 -d 2s -c 16 --timeout 1s",
        )
    })
    .finish();
    run.assert_invalid();
    run.finding("generator/kept-up", "schedule delay")
        .assert_invalidates(&["requests left ", " late (p99)", "p99 at most 1.0 ms"]);
}

#[test]
fn a_rate_that_cannot_be_reached_is_invalid() {
    let _alone = alone();
    let server = Server::start(Manner::Prompt);
    let run = load(&server.url(), "-r 5000000 -d 100ms -c 4 --timeout 300ms");
    run.assert_invalid();
    run.finding("generator/kept-up", "arrivals sent")
        .assert_invalidates(&["of the load was sent", "at least 99 % of 500,000 arrivals"]);
    run.finding("generator/kept-up", "rate achieved")
        .assert_invalidates(&["of the offered rate was achieved", "furthest behind by "]);
}
