//! Colour, quiet, and readers who do not read to the end.

use std::io::Read as _;
use std::process::{Command, Stdio};

use crate::place::{Place, stderr, stdout};

const ESCAPE: char = '\u{1b}';

#[test]
fn a_pipe_gets_no_colour_unless_it_is_asked_for() {
    let place = Place::with_a_finished_run();
    for command in [
        "verify runs/short",
        "report runs/short",
        "check nope.yaml",
        "--help",
        "explain",
        "nonsense",
    ] {
        for quiet in ["", "--color never "] {
            let run = place.sloproof(&format!("{quiet}{command}"));
            assert!(!stdout(&run).contains(ESCAPE), "{command}");
            assert!(!stderr(&run).contains(ESCAPE), "{command}");
        }
    }
    let run = place.sloproof("--color always verify runs/short");
    assert!(stdout(&run).contains(ESCAPE));
    let run = place.sloproof("check nope.yaml --color always");
    assert!(
        stderr(&run).starts_with("\u{1b}[1;31merror"),
        "{}",
        stderr(&run)
    );
}

#[test]
fn the_command_line_is_stronger_than_no_color() {
    let place = Place::with_a_finished_run();
    let run = place
        .command("verify runs/short")
        .env("NO_COLOR", "1")
        .assert();
    assert!(!stdout(&run).contains(ESCAPE));
    let run = place
        .command("verify runs/short --color always")
        .env("NO_COLOR", "1")
        .assert();
    assert!(stdout(&run).contains(ESCAPE));
}

#[test]
fn quiet_keeps_results_and_errors() {
    let place = Place::with_a_finished_run();
    let loud = place.sloproof("verify runs/short").code(0);
    place
        .sloproof("-q verify runs/short")
        .code(0)
        .stdout_eq(stdout(&loud))
        .stderr_eq("");
    let loud = place.sloproof("verify nowhere").code(2);
    place
        .sloproof("verify nowhere --quiet")
        .code(2)
        .stdout_eq("")
        .stderr_eq(stderr(&loud));
}

#[test]
fn a_reader_who_leaves_early_is_no_error() {
    let place = Place::with_a_finished_run();
    // More than a pipe holds, so that the program is still writing when its reader leaves.
    for args in [
        vec!["report", "runs/short", "--format", "html"],
        vec!["schema"],
        vec!["completions", "zsh"],
        vec!["--help"],
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sloproof"))
            .args(&args)
            .current_dir(place.path(""))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0];
        let mut reader = child.stdout.take().unwrap();
        reader.read_exact(&mut first).unwrap();
        drop(reader);
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{args:?}");
        assert_eq!(String::from_utf8_lossy(&ended.stderr), "", "{args:?}");
    }
}

#[test]
fn a_result_that_cannot_be_written_is_an_error() {
    let Ok(full) = std::fs::File::create("/dev/full") else {
        return;
    };
    let ended = Command::new(env!("CARGO_BIN_EXE_sloproof"))
        .arg("schema")
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(2));
    let told = String::from_utf8(ended.stderr).unwrap();
    assert!(
        told.starts_with("sloproof: cannot write to standard output: "),
        "{told}"
    );
}
