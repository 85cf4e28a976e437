//! Ctrl-C and its siblings, at several moments of a load.

use rustix::process::Signal;
use sloproof::model::outcome::NotSent;

use crate::program::{Ended, Program};
use crate::server::{Manner, Server};

const SIGNALS: [Signal; 2] = [Signal::INT, Signal::TERM];

/// What an interrupted load leaves: a whole ledger, a report, and the code that stands for it.
fn assert_partial(ended: &Ended) {
    assert_eq!(ended.code, Some(130), "{}", ended.told);
    assert_eq!(ended.verdict_code(), 130);
    ended.ledger();
}

#[test]
fn before_the_first_arrival_nothing_is_sent_and_everything_recorded() {
    for signal in SIGNALS {
        let server = Server::start(Manner::Prompt);
        let mut program = Program::start(&[&server.url, "-r", "100", "-d", "20s"], &[]);
        program.await_line("load on ");
        program.signal(signal);
        let ended = program.end();
        assert_partial(&ended);
        let outcomes = ended.outcomes();
        assert_eq!(outcomes.total(), 2000);
        let interrupted = outcomes.why_not_sent[&NotSent::Interrupted];
        assert_eq!(interrupted, outcomes.not_sent);
        assert_eq!(server.seen(), outcomes.completed_total());
    }
}

#[test]
fn in_the_middle_what_is_in_flight_is_awaited_and_the_rest_not_sent() {
    for signal in SIGNALS {
        let server = Server::start(Manner::StallingAfter(100));
        let args = [
            &server.url,
            "-r",
            "200",
            "-d",
            "20s",
            "--timeout",
            "30s",
            "-t",
            "2",
        ];
        let program = Program::start(&args, &[]);
        server.await_seen(120);
        program.signal(signal);
        server.release();
        let ended = program.end();
        assert_partial(&ended);
        let outcomes = ended.outcomes();
        assert_eq!(outcomes.total(), 4000);
        assert_eq!(outcomes.completed_total(), server.seen(), "{outcomes:?}");
        assert_eq!(outcomes.completed_total() + outcomes.not_sent, 4000);
    }
}

#[test]
fn during_the_drain_the_last_answers_are_still_awaited() {
    let server = Server::start(Manner::StallingAfter(50));
    let args = [
        &server.url,
        "-r",
        "100",
        "-d",
        "1s",
        "--timeout",
        "30s",
        "-c",
        "200",
    ];
    let mut program = Program::start(&args, &[]);
    // The last arrival is out, and half of them wait for their answer.
    server.await_seen(100);
    program.signal(Signal::INT);
    program.await_line("a partial report follows");
    server.release();
    let ended = program.end();
    assert_partial(&ended);
    assert_eq!(ended.outcomes().completed_total(), 100);
}

#[test]
fn a_second_time_what_is_in_flight_is_given_up_at_its_age() {
    for signal in SIGNALS {
        let server = Server::start(Manner::StallingAfter(50));
        let args = [
            &server.url,
            "-r",
            "100",
            "-d",
            "20s",
            "--timeout",
            "10m",
            "-c",
            "40",
        ];
        let mut program = Program::start(&args, &[]);
        // 40 places are taken for ten minutes.
        server.await_seen(90);
        program.signal(signal);
        program.await_line("a partial report follows");
        program.signal(signal);
        let ended = program.end();
        assert_partial(&ended);
        let ledger = ended.ledger();
        let outcomes = ended.outcomes();
        assert_eq!(outcomes.total(), 2000);
        assert_eq!((outcomes.completed_total(), outcomes.timed_out), (50, 40));
        assert_eq!(ledger.cells[0].censored.count(), 40);
    }
}

#[test]
fn a_closed_loop_stops_and_has_planned_what_it_asked() {
    let server = Server::start(Manner::Prompt);
    let program = Program::start(&[&server.url, "-d", "30s", "-c", "4"], &[]);
    server.await_seen(500);
    program.signal(Signal::INT);
    let ended = program.end();
    assert_partial(&ended);
    assert_eq!(ended.outcomes().completed_total(), server.seen());
}

#[test]
fn a_run_that_is_stopped_twice_leaves_its_ledger_too() {
    let server = Server::start(Manner::StallingAfter(50));
    let scenario = format!(
        "apiVersion: sloproof.dev/v1\nkind: Scenario\nmetadata: {{ name: stopped, purpose: stopped twice }}\nspec:\n  \
         target: {{ url: \"{}\" }}\n  telemetry: {{}}\n  load:\n    timeout: 10m\n    maxInFlight: 40\n    \
         routes: [{{ name: get, request: GET / }}]\n    phases: [{{ name: only, duration: 20s, rate: 100/s }}]\n",
        server.url
    );
    let mut program = Program::run("stopped.yaml", &[("stopped.yaml", &scenario)]);
    server.await_seen(90);
    program.signal(Signal::INT);
    program.await_line("a partial report follows");
    program.signal(Signal::TERM);
    let ended = program.end();
    assert_eq!(ended.code, Some(130), "{}", ended.told);
    let outcomes = ended.outcomes();
    assert_eq!((outcomes.completed_total(), outcomes.timed_out), (50, 40));
    assert_eq!(outcomes.total(), 2000);
}
