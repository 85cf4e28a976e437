//! The program: settings, first log line, signal.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

use serde_json::{Value, json};

use super::support::{Program, output, program, raw_http};

#[test]
fn all_mistakes_are_told_at_once_and_exit_with_2() {
    let (code, stdout, stderr) = output(
        program()
            .args([
                "--profile",
                "kv,nope",
                "--listen",
                "here",
                "--database",
                "mysql://u:hunter2@h/d",
            ])
            .args(["--drain-seconds", "soon", "--log-level", "loud"])
            .env("FAULT_ADDR", "0.0.0.0:8001")
            .env("RANDOM_SEED", "-1")
            .env("LOG_FORMAT", "yaml")
            .env("RATE_LIMIT", "0")
            .env("RATE_BURST", "many")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://u:hunter2@h:4318"),
    );
    assert_eq!((code, stdout.as_str()), (2, ""));
    for variable in [
        "TARGET_PROFILE",
        "LISTEN_ADDR",
        "FAULT_ADDR",
        "DATABASE_LOCATION",
        "RANDOM_SEED",
        "DRAIN_SECONDS",
        "LOG_LEVEL",
        "LOG_FORMAT",
        "RATE_LIMIT",
        "RATE_BURST",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ] {
        assert!(stderr.contains(variable), "{variable}: {stderr}");
    }
    assert!(stderr.contains("no loopback address"), "{stderr}");
    assert!(!stderr.contains("hunter2"), "{stderr}");
}

#[test]
fn a_negative_number_is_a_mistake_like_any_other() {
    let flags = ["--seed", "-1", "--rate-limit", "-5", "--log-level", "loud"];
    let (code, _, stderr) = output(program().args(flags));
    assert_eq!(code, 2);
    for variable in ["RANDOM_SEED", "RATE_LIMIT", "LOG_LEVEL"] {
        assert!(stderr.contains(variable), "{variable}: {stderr}");
    }
}

#[test]
fn a_variable_that_is_no_text_is_named() {
    let secret = OsStr::from_bytes(b"hunter2\xff");
    let (code, _, stderr) = output(
        program()
            .env("ADMIN_TOKEN", secret)
            .env("DATABASE_TYPE", OsStr::from_bytes(b"\xff")),
    );
    assert_eq!(code, 2);
    assert!(stderr.contains("ADMIN_TOKEN, DATABASE_TYPE"), "{stderr}");
    assert!(!stderr.contains("hunter2"), "{stderr}");
}

#[test]
fn an_unknown_flag_exits_with_2_and_help_with_0() {
    assert_eq!(output(program().arg("--nope")).0, 2);
    let (code, stdout, _) = output(program().arg("--help"));
    assert_eq!(code, 0);
    assert!(stdout.contains("Examples:"), "{stdout}");
}

#[test]
fn a_taken_port_exits_with_1_and_names_it() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let (code, _, stderr) = output(program().args(["--listen", &address]));
    assert_eq!(code, 1);
    assert!(stderr.contains(&address), "{stderr}");
}

#[test]
fn it_serves_until_sigterm_keeps_its_file_and_logs_only_json() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("data/kv.db");
    for (round, expected) in [(1, 404), (2, 200)] {
        let mut command = program();
        command.args(["--seed", "42", "--database"]).arg(&database);
        let service = Program::of(&mut command);
        assert_eq!(service.listening["seed"], 42);

        assert_eq!(service.get("/v1/kv/a").0, expected, "round {round}");
        let put = raw_http(service.address, "PUT", "/v1/kv/a", "value").expect("an answer");
        assert_eq!(put.0, 204);
        service.put_faults("", &json!({}));
        let elsewhere = service.get("/faults").0;
        assert_eq!(elsewhere, 404, "the fault API has a listener of its own");

        let rest = service.stop();
        let parse = |line: &str| serde_json::from_str::<Value>(line).expect("a JSON object");
        let messages: Vec<Value> = rest
            .lines()
            .map(|line| parse(line)["msg"].clone())
            .collect();
        assert_eq!(messages, ["request", "request", "request", "stopped"]);
        let wal = folder.path().join("data/kv.db-wal");
        assert!(!wal.exists(), "a clean end leaves one file");
    }
}
