//! Settings out of a file, as the program takes them.

use std::{fs, process::Command};

use clap::CommandFactory as _;
use serde_json::Value;
use target_service::config::Args;
use tempfile::TempDir;

use super::support::{Program, output, program};

fn program_in(folder: &TempDir) -> Command {
    let mut command = program();
    command.current_dir(folder.path());
    command
}

fn folder(file: &str, text: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(file), text).expect("a file");
    folder
}

/// The seed told in the first log line.
fn seed(command: &mut Command) -> Value {
    Program::of(command).listening["seed"].take()
}

/// Standard error of a program that does not start.
fn refused(command: &mut Command) -> String {
    let (code, log, said) = output(command);
    assert_eq!((code, log.as_str()), (2, ""));
    said
}

#[test]
fn a_flag_beats_a_variable_which_beats_the_file_which_beats_the_default() {
    let folder = folder("service.env", "export RANDOM_SEED='3' # the file\n");
    assert_eq!(seed(&mut program_in(&folder)), 0);
    let from_file = ["--env-file", "service.env"];
    assert_eq!(seed(program_in(&folder).args(from_file)), 3);
    let variable = ("RANDOM_SEED", "2");
    assert_eq!(
        seed(
            program_in(&folder)
                .args(from_file)
                .env(variable.0, variable.1)
        ),
        2
    );
    let mut command = program_in(&folder);
    command.args(from_file).env(variable.0, variable.1);
    assert_eq!(seed(command.args(["--seed", "1"])), 1);
    let named = ("TARGET_ENV_FILE", "service.env");
    assert_eq!(seed(program_in(&folder).env(named.0, named.1)), 3);
}

#[test]
fn the_file_dot_env_is_read_unless_another_is_named() {
    let folder = folder(".env", "RANDOM_SEED=5\nCOMPOSE_PROJECT_NAME=other\n");
    assert_eq!(seed(&mut program_in(&folder)), 5);
    fs::write(folder.path().join("empty"), "").expect("a file");
    assert_eq!(seed(program_in(&folder).args(["--env-file", "empty"])), 0);
}

#[test]
fn mistakes_in_the_file_are_told_with_all_others_and_no_value_is_shown() {
    let text = "RANDOM_SED=hunter2\nnot a setting hunter2\nLOG_LEVEL=loud\nOTHER=hunter2\n";
    let folder = folder("service.env", text);
    let mut command = program_in(&folder);
    command.args(["--env-file", "service.env", "--drain-seconds", "soon"]);
    let stderr = refused(&mut command);
    let expected = "\
error: bad configuration
  service.env:1: unknown setting RANDOM_SED; did you mean RANDOM_SEED?
  service.env:2: is no NAME=VALUE; write one or begin the line with #
  service.env:4: unknown setting OTHER; --help lists the known ones
  --drain-seconds (DRAIN_SECONDS): `soon` is no whole number (invalid digit found in string); try 1
  --log-level (LOG_LEVEL): unknown level `loud`; known: debug, info, warn, error
";
    assert_eq!(stderr, expected);
}

#[test]
fn a_named_file_that_is_missing_is_a_mistake() {
    let folder = tempfile::tempdir().expect("a folder");
    let stderr = refused(program_in(&folder).args(["--env-file", "nowhere.env"]));
    assert!(
        stderr.contains("--env-file (TARGET_ENV_FILE): cannot read nowhere.env"),
        "{stderr}"
    );
}

#[test]
fn the_page_on_configuration_names_every_flag_and_variable_once_and_no_other() {
    let page = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/target-service/configuration.md"
    );
    let page = fs::read_to_string(page).expect("the page");
    let command = Args::command();
    let row = |arg: &clap::Arg| {
        let env = arg.get_env()?.to_string_lossy();
        Some(format!("| `--{}` | `{env}` |", arg.get_long()?))
    };
    let rows: Vec<String> = command.get_arguments().filter_map(row).collect();
    let told = page.lines().filter(|line| line.starts_with("| `--"));
    let mut told: Vec<&str> = told.collect();
    for row in &rows {
        let found = told.iter().position(|line| line.starts_with(row.as_str()));
        told.remove(found.unwrap_or_else(|| panic!("has no place on the page: {row}")));
    }
    assert!(told.is_empty(), "on the page twice or unknown: {told:#?}");
}

#[test]
fn every_shell_is_offered_the_flags() {
    for shell in ["bash", "zsh", "fish"] {
        let (code, script, _) = output(program().args(["completion", shell]));
        assert_eq!(code, 0, "{shell}");
        assert!(script.contains("upstream-timeout-ms"), "{shell}");
        assert!(script.contains("generate-events"), "{shell}");
    }
}
