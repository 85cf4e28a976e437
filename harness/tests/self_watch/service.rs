//! What the service does to the measurement.

use std::time::Duration;

use crate::run::{alone, load};
use crate::server::{Manner, Server};

#[test]
fn a_slow_service_and_a_cap_of_two_are_told_with_the_time_and_the_arrivals_that_waited() {
    let _alone = alone();
    let server = Server::start(Manner::After(Duration::from_millis(50)));
    let run = load(&server.url(), "-r 100 -d 1s -c 2 --timeout 5s");
    run.assert_invalid();
    let generator = run.generator();
    let waited = generator["waited_for_place"].as_u64().unwrap();
    assert!(waited > 50, "{generator:#}");
    assert!(
        generator["full_ms"].as_u64().unwrap() > 500,
        "{generator:#}"
    );
    let told = format!("{waited} arrivals waited for a place");
    let finding = run.finding("generator/kept-up", "places in flight");
    finding.assert_warns(&["the cap was reached for ", &told, "fewer than 2 at once"]);
    run.finding("generator/kept-up", "schedule delay")
        .assert_invalidates(&["waited for one of 2 places in flight"]);
}

#[test]
fn a_service_that_closes_each_connection_is_told_with_the_number_of_new_ones() {
    let _alone = alone();
    let server = Server::start(Manner::Closing);
    let run = load(&server.url(), "-r 200 -d 1s -c 8");
    run.assert_passed_unless_late();
    let reopened = run.generator()["reopened"].as_u64().unwrap();
    assert!((150..200).contains(&reopened), "{reopened}");
    let told = format!("{reopened} connections were lost and opened again");
    run.finding("generator/undisturbed", "connections")
        .assert_warns(&[&told, "at most one per 100 requests", "for 200 requests"]);
}

#[test]
fn connections_that_are_opened_once_are_no_news() {
    let _alone = alone();
    let server = Server::start(Manner::After(Duration::from_millis(20)));
    // As many connections as requests in flight, and few requests for each.
    let run = load(&server.url(), "-r 200 -d 500ms -c 64");
    run.assert_passed_unless_late();
    let finding = run.finding("generator/undisturbed", "connections");
    assert_eq!(finding.0["status"], "pass", "{:#}", finding.0);
    assert!(server.connections() > 1);
}

#[test]
fn time_outs_that_reach_p95_make_it_a_lower_bound() {
    let _alone = alone();
    let server = Server::start(Manner::MuteAtTimes);
    let run = load(&server.url(), "-r 200 -d 1s -c 64 --timeout 250ms");
    // Requests without an answer fail a load whose objectives do not allow for them.
    run.assert_code_unless_late(1);
    run.finding("generator/in-range", "request").assert_warns(&[
        "p95 lies among requests that were given up",
        " of 200 requests given up",
        "raise the time-out",
    ]);
}

#[test]
fn a_service_on_this_machine_is_noted_and_changes_no_verdict() {
    let _alone = alone();
    let server = Server::start(Manner::Prompt);
    let run = load(&server.url(), "-r 100 -d 300ms");
    run.assert_passed_unless_late();
    assert_eq!(run.generator()["shared_host"], true);
    let report = run.report();
    let notes = report["instrument"]["notes"].as_array().unwrap();
    let told = "generator and service share this machine and compete for its processors";
    assert!(
        notes
            .iter()
            .any(|note| note.as_str().unwrap().starts_with(told)),
        "{notes:?}"
    );
}
