//! Help, completions, the manual page, and what follows a slip of the hand.

use snapbox::str;

use crate::place::{Place, stdout};

const COMMANDS: [&str; 18] = [
    "",
    "run",
    "check",
    "verify",
    "report",
    "compare",
    "explain",
    "load",
    "find-max",
    "selftest",
    "schema",
    "stack",
    "stack install",
    "stack up",
    "stack down",
    "stack status",
    "completions",
    "man",
];

#[test]
fn the_first_help_shows_what_there_is() {
    Place::empty()
        .sloproof("--help")
        .code(0)
        .stderr_eq("")
        .stdout_eq(str![[r#"
Proves, under load, that a service's telemetry and error budget tell the truth

Usage: sloproof [OPTIONS] <COMMAND>

Commands:
  run          Drive a scenario's load, collect the evidence, judge, and write the reports
  check        Check scenarios and all they name; nothing is started
  verify       Judge a run directory again, offline: same input, same findings
  report       Render the report of a run directory
  compare      Hold a run against a baseline: percentiles, and shares of bad outcomes
  explain      Say what a check proves or a lint finds, and what to do
  load         Send load and show what came back; no telemetry is asked, no objective judged
  find-max     Find the highest rate at which an objective holds
  selftest     See whether this machine can measure: known servers, closed-form truth
  slo          Say what objectives allow, and what their alerts must do
  schema       Print the JSON Schema of scenario files
  stack        The local stack: real Prometheus, Alertmanager, Loki, and a service to test
  completions  Print shell completions
  man          Print the manual page of the program or of a command
  help         Print this message or the help of the given subcommand(s)

Options:
  -q, --quiet         Say less: no progress, only results and errors
      --color <WHEN>  Colour: auto (on a terminal, unless NO_COLOR is set), always or never
  -h, --help          Print help
  -V, --version       Print version

Examples:
  sloproof run scenarios/20-error-burst.yaml   drive load, compare, judge
  sloproof check mine.yaml                     all mistakes at once
  sloproof verify runs/ID                      judge a run again, offline

Exit codes:
    0  pass
    1  fail
    2  wrong usage, bad input, or something missing that you can provide
    3  invalid: the evidence allows no verdict
   70  internal error
  130  interrupted

"#]]);
}

#[test]
fn the_help_of_run_begins_with_what_is_used_most() {
    Place::empty()
        .sloproof("help run")
        .code(0)
        .stderr_eq("")
        .stdout_eq(str![[r#"
Drive a scenario's load, collect the evidence, judge, and write the reports

Usage: sloproof run [OPTIONS] <SCENARIO>

Arguments:
  <SCENARIO>  The scenario file

Options:
      --out <DIR>       Make the run directory here [env: SLOPROOF_RUNS] [default: runs]
      --json            Print report.json on standard output instead of the summary
      --seed <N>        Use this seed, not the scenario's
      --time-scale <K>  Divide production's windows by this, not by the scenario's
  -q, --quiet           Say less: no progress, only results and errors
      --color <WHEN>    Colour: auto (on a terminal, unless NO_COLOR is set), always or never
  -h, --help            Print help

Binaries (default: cache, then PATH, then a Go build):
      --prometheus <FILE>    Use this prometheus [env: SLOPROOF_PROMETHEUS]
      --promtool <FILE>      Use this promtool [env: SLOPROOF_PROMTOOL]
      --alertmanager <FILE>  Use this alertmanager [env: SLOPROOF_ALERTMANAGER]
      --amtool <FILE>        Use this amtool [env: SLOPROOF_AMTOOL]
      --loki <FILE>          Use this loki [env: SLOPROOF_LOKI]
      --target <FILE>        Use this target-service [env: SLOPROOF_TARGET]

Examples:
  sloproof run scenarios/10-healthy.yaml
  sloproof run scenarios/20-error-burst.yaml --out /var/tmp/runs --seed 7
  PROMETHEUS_URL=http://prometheus:9090 sloproof run mine.yaml --json > out.json

A scenario that names no servers uses the stack that runs (`sloproof stack up`),
or gets one of its own, which is stopped at the end.

"#]]);
}

#[test]
fn every_help_has_examples_and_all_ways_to_ask_agree() {
    let place = Place::empty();
    for command in COMMANDS {
        let long = place.sloproof(&format!("{command} --help")).code(0);
        let text = stdout(&long);
        let examples = text.split("\nExamples:\n").nth(1).unwrap_or_default();
        let shown = examples
            .lines()
            .take_while(|line| line.starts_with("  "))
            .filter(|line| line.contains(format!("sloproof {command}").trim_end()))
            .count();
        assert!(shown >= 3, "`{command}` has {shown} examples:\n{text}");
        assert!(!text.contains("Possible values:"), "{text}");
        for asked in [format!("{command} -h"), format!("help {command}")] {
            assert_eq!(stdout(&place.sloproof(&asked).code(0)), text, "`{asked}`");
        }
    }
}

#[test]
fn no_arguments_ask_for_help() {
    let place = Place::empty();
    let help = stdout(&place.sloproof("--help"));
    place.sloproof("").code(2).stdout_eq("").stderr_eq(help);
    place
        .sloproof("stack")
        .code(2)
        .stdout_eq("")
        .stderr_eq(stdout(&place.sloproof("stack --help")));
}

#[test]
fn a_mistyped_word_is_recognised() {
    let place = Place::empty();
    place
        .sloproof("chekc a.yaml")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: unrecognized subcommand 'chekc'

  tip: some similar subcommands exist: 'schema', 'check'

Usage: sloproof [OPTIONS] <COMMAND>

For more information, try '--help'.

"#]]);
    place
        .sloproof("check --jsn a.yaml")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: unexpected argument '--jsn' found

  tip: a similar argument exists: '--json'

Usage: sloproof check --json <SCENARIOS>...

For more information, try '--help'.

"#]]);
    place
        .sloproof("run")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: the following required arguments were not provided:
  <SCENARIO>

Usage: sloproof run <SCENARIO>

For more information, try '--help'.

"#]]);
}

#[test]
fn a_wrong_value_is_answered_with_the_right_ones() {
    let place = Place::empty();
    place
        .sloproof("completions tcsh")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: invalid value 'tcsh' for '<SHELL>'
  [possible values: bash, elvish, fish, powershell, zsh]

  tip: a similar value exists: 'zsh'

For more information, try '--help'.

"#]]);
    place
        .sloproof("report runs/x --format htm")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: invalid value 'htm' for '--format <VIEW>'
  [possible values: terminal, json, html, junit, markdown]

  tip: a similar value exists: 'html'

For more information, try '--help'.

"#]]);
    place
        .sloproof("run a.yaml --seed seven")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: invalid value 'seven' for '--seed <N>': invalid digit found in string

For more information, try '--help'.

"#]]);
}

#[test]
fn the_version_is_told() {
    Place::empty()
        .sloproof("--version")
        .code(0)
        .stdout_eq(concat!("sloproof ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn completions_know_every_command() {
    let place = Place::empty();
    for shell in ["bash", "zsh", "fish"] {
        let run = place.sloproof(&format!("completions {shell}")).code(0);
        let text = stdout(&run);
        for word in ["verify", "status", "time-scale", "markdown"] {
            assert!(text.contains(word), "{shell} completes no `{word}`");
        }
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let place = Place::empty();
    for command in COMMANDS {
        let run = place.sloproof(&format!("man {command}")).code(0);
        let page = stdout(&run);
        assert!(page.starts_with(".ie "), "{page}");
        let title = format!("sloproof {command}").trim().replace(' ', "-");
        assert!(page.contains(&format!(".TH {title} 1")), "{page}");
        assert!(page.contains("Examples:"), "{page}");
        assert!(!page.contains("supervise"), "hidden commands stay hidden");
    }
    place
        .sloproof("man stack statsu")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
sloproof: there is no command `statsu` in `sloproof stack`; did you mean `status`?

"#]]);
}

#[test]
fn explain_lists_the_checks_and_lints_and_has_a_page_for_each() {
    let place = Place::empty();
    let list = stdout(&place.sloproof("explain").code(0));
    let (checks, lints) = list.split_once("\n\n").unwrap();
    assert_eq!((checks.lines().count(), lints.lines().count()), (21, 12));
    for line in checks.lines().chain(lints.lines()) {
        let id = line.split_whitespace().next().unwrap();
        let page = stdout(&place.sloproof(&format!("explain {id}")).code(0));
        assert!(page.lines().next().unwrap().contains(id), "{id}: {page}");
    }
    place
        .sloproof("explain request/count")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
sloproof: there is no check or lint `request/count`; did you mean `requests/count`? `sloproof explain` lists all

"#]]);
    place
        .sloproof("explain banana")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
sloproof: there is no check or lint `banana`; `sloproof explain` lists all

"#]]);
}

#[test]
fn the_schema_is_the_one_that_ships() {
    let kept = crate::place::repository().join("docs/schema/scenario-v1.json");
    let run = Place::empty().sloproof("schema").code(0).stderr_eq("");
    let printed: serde_json::Value = serde_json::from_str(&stdout(&run)).unwrap();
    assert!(printed["$schema"].is_string());
    assert_eq!(stdout(&run), std::fs::read_to_string(kept).unwrap());
}
