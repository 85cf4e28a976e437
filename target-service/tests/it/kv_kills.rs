//! SIGKILL in the middle of writes: what was acknowledged is there after the restart.

use std::{path::Path, process::Command};

use super::support::{Postgres, Program, Writers, assert_kept, output, program, raw_http};

const KILLS: usize = 20;
const MASTER_KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// The program, not started, over a SQLite file.
fn over(database: &Path) -> Command {
    let mut command = program();
    command.arg("--database").arg(database);
    command
}

fn kill_and_restart(mut command: Command) {
    let mut all = Vec::new();
    let mut program = Program::of(&mut command);
    for kill in 0..KILLS {
        let writers = Writers::start(program.address, &format!("k{kill}"));
        // Not after a round number: the kill comes at different moments of a write.
        writers.wait_for(20 + kill);
        program.kill();
        let acknowledged = writers.stop();
        program = Program::of(&mut command);
        assert_kept(program.address, &acknowledged);
        all.extend(acknowledged);
    }
    assert_kept(program.address, &all);
    assert!(all.len() >= KILLS * 20, "{}", all.len());
}

#[test]
fn sqlite_keeps_every_acknowledged_write_through_twenty_kills() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("kv.db");
    kill_and_restart(over(&database));
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_every_acknowledged_write_through_twenty_kills() {
    let url = Postgres::shared().fresh_database().await;
    let mut command = program();
    command
        .args(["--database", &url])
        .env("MASTER_KEY", MASTER_KEY);
    kill_and_restart(command);
}

#[test]
fn two_processes_write_and_read_the_same_sqlite_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("kv.db");
    let start = || Program::of(&mut over(&database));
    let (one, other) = (start(), start());
    let writers = [
        Writers::start(one.address, "one"),
        Writers::start(other.address, "other"),
    ];
    for writers in &writers {
        writers.wait_for(20);
    }
    let [ones, others] = writers.map(Writers::stop);
    assert_kept(one.address, &others);
    assert_kept(other.address, &ones);
}

#[test]
fn an_entry_without_its_key_file_stops_the_start_and_does_not_get_a_new_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("kv.db");
    let program = Program::of(&mut over(&database));
    let put = raw_http(program.address, "PUT", "/v1/kv/a", "1").expect("an answer");
    assert_eq!(put.0, 204);
    program.kill();
    let key = folder.path().join("kv.db.key");
    std::fs::remove_file(&key).expect("a key file");
    let (code, _, told) = output(&mut over(&database));
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("kv.db.key is missing"), "{told}");
    assert!(!key.exists());
}
