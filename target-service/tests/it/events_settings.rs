//! Settings of the `events` profile, through the program.

use std::process::Command;

use super::support::{Program, raw_http};

#[test]
fn mistakes_in_its_settings_are_told_together() {
    for (pool, threshold) in [("0", "0"), ("1001", "-1"), ("many", "1e3")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_target-service"));
        command
            .env_clear()
            .args(["--profile", "events", "--database", "mysql://u:hunter2@h/d"])
            .env("DATABASE_POOL", pool)
            .env("CATCH_ALL_THRESHOLD", threshold);
        let output = command.output().expect("a program");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{said}");
        for variable in ["DATABASE_LOCATION", "DATABASE_POOL", "CATCH_ALL_THRESHOLD"] {
            assert!(said.contains(variable), "{variable}: {said}");
        }
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn the_threshold_is_the_one_that_is_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["--profile", "events", "--catch-all-threshold", "2"];
    let program = Program::start_in(folder.path(), &arguments.map(str::to_owned));
    let address = program.with_real_addresses("127.0.0.1:7000");
    let address = address.parse().expect("an address");
    for verdict in ["unknown", "unknown", "catch-all"] {
        let read = raw_http(address, "GET", "/domains/a.com", "").expect("an answer");
        assert_eq!(read, (200, format!("\"{verdict}\"")));
        let put = raw_http(address, "PUT", "/events/a.com/delivered", "").expect("an answer");
        assert_eq!(put.0, 204);
    }
}
