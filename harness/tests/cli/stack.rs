//! `stack` where there is none, and tools that are missing.

use snapbox::str;

use crate::place::Place;

#[test]
fn no_stack_is_no_success_for_status_and_none_to_end_for_down() {
    let place = Place::empty();
    place
        .sloproof("stack status")
        .code(1)
        .stdout_eq("no stack is up; `sloproof stack up` starts one\n")
        .stderr_eq("");
    place
        .sloproof("stack status --json")
        .code(1)
        .stdout_eq("null\n")
        .stderr_eq("");
    place
        .sloproof("stack down")
        .code(0)
        .stdout_eq("")
        .stderr_eq("sloproof: no stack is up\n");
    place
        .sloproof("-q stack down")
        .code(0)
        .stdout_eq("")
        .stderr_eq("");
}

#[test]
fn without_tools_and_without_go_the_user_learns_what_to_install() {
    Place::empty()
        .sloproof("stack install")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
sloproof: building prometheus needs Go 1.26.0 or later and `go` is not on PATH; install it from https://go.dev/dl/, or install the tools by other means and put them on PATH

"#]]);
}

#[test]
fn a_named_tool_that_is_not_there_is_told_with_its_option() {
    let place = Place::empty();
    place
        .sloproof("stack install --loki opt/loki")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
sloproof: loki at [..]/opt/loki: not an executable file; correct --loki or SLOPROOF_LOKI, or leave it out to search

"#]]);
    place
        .command("stack install")
        .env("SLOPROOF_LOKI", "opt/loki")
        .assert()
        .code(2)
        .stderr_eq(str![[r#"
sloproof: loki at [..]/opt/loki: not an executable file; correct --loki or SLOPROOF_LOKI, or leave it out to search

"#]]);
    place
        .sloproof("stack up --target opt/service")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
sloproof: target-service at [..]/opt/service: no such file; correct --target or SLOPROOF_TARGET, or leave it out to search

"#]]);
}

#[test]
fn a_damaged_state_is_told_with_its_file() {
    let place = Place::empty();
    std::fs::create_dir_all(place.path("cache/sloproof")).unwrap();
    place.write("cache/sloproof/stack.json", "{");
    for command in ["stack status", "stack down"] {
        place
            .sloproof(command)
            .code(2)
            .stdout_eq("")
            .stderr_eq(str![[r#"
sloproof: state file [..]/cache/sloproof/stack.json: not understood; end its processes by hand if any run, then remove the file: EOF while parsing an object at line 1 column 1

"#]]);
    }
}
