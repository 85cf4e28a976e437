//! A scenario with a journey and a feeder, by `sloproof load`.

use rustix::process::Signal;
use sloproof::ledger::{Ledger, OutcomeCounts};
use sloproof::model::RouteId;

use crate::program::{Ended, Program};
use crate::server::{Manner, Server};

/// Users who ask three times, half a second apart, beside plain requests.
fn start(server: &Server, timeout: &str) -> Program {
    let scenario = format!(
        r#"apiVersion: sloproof.dev/v1
kind: Scenario
metadata: {{ name: members, purpose: users who ask three times }}
spec:
  target: {{ url: "{}" }}
  telemetry: {{}}
  load:
    timeout: {timeout}
    drain: 20s
    feeders: [{{ name: users, file: users.csv }}]
    routes: [{{ name: browse, request: "GET /{{users.name}}" }}]
    journeys:
      - name: member
        weight: 2
        steps:
          - name: enter
            request: GET /{{users.name}}
            extract: {{ tag: {{ header: etag }}, id: {{ pointer: /id }} }}
          - {{ name: look, request: "GET /{{id}}", thinkTime: 500ms, headers: {{ if-match: "{{tag}}" }} }}
          - {{ name: leave, request: "GET /{{id}}/{{tag}}", thinkTime: 500ms }}
    phases: [{{ name: only, duration: 2s, rate: 60/s }}]
"#,
        server.url
    );
    let files = [
        ("members.yaml", scenario.as_str()),
        ("users.csv", "name\nann\nbo\n"),
    ];
    Program::start(&["members.yaml"], &files)
}

fn of_route(ended: &Ended, name: &str) -> OutcomeCounts {
    let id = RouteId::new(name).unwrap();
    Ledger::sum_outcomes(ended.ledger().route(&id))
}

#[test]
fn every_step_is_sent_once_and_the_service_has_counted_what_the_ledger_says() {
    let server = Server::start(Manner::Prompt);
    let ended = start(&server, "20s").end();
    let users = of_route(&ended, "enter").completed_total();
    assert!(users > 40, "{users}");
    for step in ["look", "leave"] {
        assert_eq!(of_route(&ended, step).completed_total(), users, "{step}");
    }
    let browsed = of_route(&ended, "browse").completed_total();
    assert_eq!(browsed + users, 120);
    assert_eq!(server.seen(), browsed + 3 * users);
    assert_eq!(ended.code, Some(ended.verdict_code()));
}

#[test]
fn every_step_has_an_outcome_whatever_the_server_does() {
    for manner in [
        Manner::StallingAfter(60),
        Manner::Resetting,
        Manner::HalfClosing,
        Manner::KilledAfter(60),
    ] {
        let server = Server::start(manner);
        let ended = start(&server, "300ms").end();
        let users = of_route(&ended, "enter").total();
        for step in ["look", "leave"] {
            let outcomes = of_route(&ended, step);
            assert_eq!(outcomes.total(), users, "{manner:?}: {step}");
            assert!(outcomes.not_followed() > 0, "{manner:?}: {outcomes:?}");
        }
        assert_eq!(of_route(&ended, "browse").total() + users, 120);
        assert_eq!(ended.code, Some(ended.verdict_code()));
        assert!(matches!(ended.code, Some(1 | 3)), "{manner:?}");
    }
}

#[test]
fn users_who_think_stop_thinking_when_the_run_is_interrupted() {
    let server = Server::start(Manner::Prompt);
    let program = start(&server, "20s");
    server.await_seen(40);
    program.signal(Signal::INT);
    let ended = program.end();
    assert_eq!((ended.code, ended.verdict_code()), (Some(130), 130));
    let users = of_route(&ended, "enter").total();
    let left = of_route(&ended, "leave");
    assert_eq!(left.total(), users);
    assert!(left.not_sent > 0, "{left:?}");
    assert_eq!(server.seen(), ended.outcomes().completed_total());
}
