//! The generator as a command: what it prints, what it sends, what it makes of the answer.

use std::path::Path;

use serde_json::{Value, json};
use target_service::events::generator::EventStream;

use super::support::{Program, output, program};

/// Exit code, standard output and standard error.
fn generate(arguments: &[&str]) -> (i32, String, String) {
    output(program().arg("generate-events").args(arguments))
}

fn service(folder: &Path, arguments: &[&str]) -> Program {
    let mut command = program();
    command.args(["--profile", "events"]).args(arguments);
    Program::of(command.current_dir(folder))
}

fn send(service: &Program, arguments: &[&str]) -> (i32, Value) {
    let url = format!("http://{}", service.address);
    let (code, output, errors) = generate(&[&["--json", "--url", &url], arguments].concat());
    let report = serde_json::from_str(&output);
    (code, report.unwrap_or_else(|_| panic!("{errors}")))
}

#[test]
fn it_prints_the_stream_of_its_seed() {
    let (code, output, _) = generate(&["--events", "50", "--seed", "7"]);
    let stream = EventStream::new(7, u64::MAX).take(50);
    let expected = stream.map(|event| format!("{} {}", event.kind, event.domain.as_str()));
    assert_eq!(code, 0);
    assert_eq!(
        output.lines().collect::<Vec<_>>(),
        expected.collect::<Vec<_>>()
    );

    let (_, output, _) = generate(&["--domains", "3", "--json"]);
    let parse = |line: &str| serde_json::from_str::<Value>(line).expect("JSON");
    let lines: Vec<Value> = output.lines().map(parse).collect();
    let stream = EventStream::new(0, 3);
    let expected =
        stream.map(|event| json!({"domain": event.domain.as_str(), "type": event.kind.as_str()}));
    assert_eq!(lines, expected.collect::<Vec<_>>());
}

#[test]
fn everything_it_sends_is_acknowledged_and_stored() {
    let folder = tempfile::tempdir().expect("a folder");
    for database in ["memory", "events.db"] {
        let service = service(folder.path(), &["--database", database]);
        // Twice: what was stored before does not count.
        for seed in ["1", "2"] {
            let (code, report) = send(&service, &["--events", "1000", "--seed", seed]);
            assert_eq!(code, 0, "{report}");
            assert_eq!(report["agree"], true);
            assert_eq!(report["failed"], json!({}));
            assert_eq!(report["acknowledged"], report["stored"]);
            let count = |kind| report["stored"][kind].as_i64().expect("a count");
            assert_eq!(count("delivered") + count("bounced"), 1000);
            assert_eq!(count("bounced"), bounced(seed, 1000));
        }
        let url = format!("http://{}", service.address);
        let (code, text, _) = generate(&["--url", &url, "--events", "10"]);
        assert_eq!(code, 0);
        assert!(text.starts_with("acknowledged  10 ("), "{text}");
    }
}

fn bounced(seed: &str, events: usize) -> i64 {
    let stream = EventStream::new(seed.parse().expect("a seed"), u64::MAX).take(events);
    stream
        .filter(|event| event.kind.as_str() == "bounced")
        .count() as i64
}

#[test]
fn lost_increments_are_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = service(folder.path(), &["--defects", "lost-increments"]);
    // Chance decides which increments overlap, but out of this many some do.
    let found = (0..20).any(|_| {
        let (code, report) = send(&service, &["--events", "5000", "--concurrency", "100"]);
        assert_eq!(report["failed"], json!({}));
        assert_eq!(code == 0, report["agree"] == true);
        code == 1
    });
    assert!(found, "no increment was lost");
}

#[test]
fn failed_events_are_told_by_status_and_end_with_1() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = service(folder.path(), &[]);
    let rule = json!({"route": "/events/{domain}/{event}", "error_ratio": 1.0, "status": 503});
    service.put_faults("", &json!({"inner": [rule]}));

    let (code, report) = send(&service, &["--events", "50"]);
    assert_eq!(report["failed"], json!({"503": 50}));
    assert_eq!(
        report["agree"], true,
        "nothing acknowledged, nothing stored"
    );
    assert_eq!(code, 1, "a service that refuses everything is not good");
}

#[test]
fn a_service_that_is_not_there_is_1_and_bad_usage_2() {
    // Port 1 is reserved for a service that nobody runs.
    let (code, _, errors) = generate(&["--url", "http://127.0.0.1:1"]);
    assert_eq!(code, 1);
    assert!(errors.contains("http://127.0.0.1:1/stats"), "{errors}");
    for usage in [
        ["--events", "0"],
        ["--events", "many"],
        ["--concurrency", "0"],
        ["--url", "https://example.com"],
        ["--nope", "1"],
    ] {
        assert_eq!(generate(&usage).0, 2, "{usage:?}");
    }
}
