//! Servers that fail during the load.

use crate::program::{Ended, Program};
use crate::server::{Manner, Server};

/// 200 arrivals within a second.
fn load(server: &Server, args: &[&str]) -> Ended {
    let mut all = vec![server.url.as_str(), "-r", "200", "-d", "1s"];
    all.extend(["-c", "64"]);
    all.extend(args);
    Program::start(&all, &[]).end()
}

#[test]
fn a_prompt_server_answers_all_that_was_planned() {
    let server = Server::start(Manner::Prompt);
    let ended = load(&server, &["--timeout", "20s"]);
    let outcomes = ended.outcomes();
    assert_eq!(outcomes.completed_total(), 200, "{outcomes:?}");
    assert_eq!(server.seen(), 200);
    assert_eq!(ended.code, Some(ended.verdict_code()));
}

#[test]
fn whatever_a_server_does_every_arrival_has_one_outcome_and_the_code_is_the_verdicts() {
    for manner in [
        Manner::StallingAfter(50),
        Manner::Resetting,
        Manner::HalfClosing,
        Manner::KilledAfter(50),
    ] {
        for threads in ["1", "2"] {
            let server = Server::start(manner);
            let ended = load(&server, &["--timeout", "300ms", "-t", threads]);
            let outcomes = ended.outcomes();
            assert_eq!(outcomes.total(), 200, "{manner:?}: {outcomes:?}");
            let failed = match manner {
                Manner::StallingAfter(_) => outcomes.timed_out,
                Manner::KilledAfter(_) => outcomes.connect_failed,
                _ => outcomes.broken,
            };
            assert!(failed > 0, "{manner:?}: {outcomes:?}");
            // Nobody answers for these requests: the run fails, or cannot tell.
            assert_eq!(ended.code, Some(ended.verdict_code()), "{manner:?}");
            assert!(
                matches!(ended.code, Some(1 | 3)),
                "{manner:?}: {:?}",
                ended.code
            );
        }
    }
}

#[test]
fn a_server_that_dies_in_a_closed_loop_leaves_no_arrival_without_an_outcome() {
    let server = Server::start(Manner::KilledAfter(200));
    let args = [
        server.url.as_str(),
        "-d",
        "1s",
        "-c",
        "8",
        "--timeout",
        "20s",
    ];
    let ended = Program::start(&args, &[]).end();
    let ledger = ended.ledger();
    assert!(ledger.generator.closed_loop);
    let outcomes = ended.outcomes();
    assert!(
        outcomes.completed_total() >= 150 && outcomes.connect_failed > 0,
        "{outcomes:?}"
    );
    assert_eq!(ended.code, Some(ended.verdict_code()));
}
