//! `check`, and `run` on a scenario that is none.

use snapbox::str;

use crate::place::{Place, in_the_repository, repository, stderr, stdout};

#[test]
fn every_shipped_scenario_is_valid() {
    in_the_repository("check scenarios/10-healthy.yaml scenarios/20-error-burst.yaml")
        .code(0)
        .stderr_eq("")
        .stdout_eq(str![[r#"
scenarios/10-healthy.yaml: valid: 2 routes, 2 phases in 53 s, 2 SLOs, 2 rule files, 1 dashboard, 0 expected alerts
scenarios/20-error-burst.yaml: valid: 2 routes, 4 phases in 83 s, 2 SLOs, 2 rule files, 1 dashboard, 2 expected alerts

"#]]);
    for entry in std::fs::read_dir(repository().join("scenarios")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        in_the_repository(&format!("check scenarios/{name}"))
            .code(0)
            .stderr_eq("");
    }
}

#[test]
fn a_checked_plan_is_one_line_of_json_for_each_scenario() {
    let run =
        in_the_repository("check --json scenarios/10-healthy.yaml scenarios/20-error-burst.yaml")
            .code(0)
            .stderr_eq("");
    let plans: Vec<serde_json::Value> = stdout(&run)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(plans.len(), 2);
    assert_eq!(plans[0]["name"], "10-healthy");
    assert_eq!(plans[1]["time_scale"], 60);
}

#[test]
fn all_mistakes_are_told_at_once_with_place_and_remedy() {
    let place = Place::with_many_mistakes();
    let run = place
        .sloproof("check scenarios/many-mistakes.yaml")
        .code(2)
        .stdout_eq("");
    let told = stderr(&run);
    assert!(
        told.starts_with(
            "error: unknown value `Scenaro` for `kind`, did you mean `Scenario`?
  scenarios/many-mistakes.yaml:3:7
    3 | kind: Scenaro
      |       ^^^^^^^
"
        ),
        "{told}"
    );
    let count = told.lines().filter(|l| l.starts_with("error: ")).count();
    assert!(count > 20, "{told}");
    assert!(
        told.ends_with(&format!("\n{count} mistakes; nothing was started\n")),
        "{told}"
    );
}

#[test]
fn one_bad_scenario_does_not_keep_the_others_from_being_checked() {
    let place = Place::with_many_mistakes();
    let run = place
        .sloproof("check nope.yaml scenarios/base.yaml")
        .code(2)
        .stderr_eq(str![[r#"
error: no file `nope.yaml`
  nope.yaml
1 mistake; nothing was started

"#]]);
    assert!(stdout(&run).starts_with("scenarios/base.yaml: valid: "));
}

#[test]
fn what_is_no_scenario_is_not_run_and_leaves_nothing() {
    let place = Place::with_many_mistakes();
    let before = place.names();
    place
        .sloproof("run scenarios/bose.yaml")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: no file `scenarios/bose.yaml`, did you mean `base.yaml`?
  scenarios/bose.yaml
1 mistake; nothing was started

"#]]);
    place
        .sloproof("run scenarios")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: `scenarios` is not a file
  scenarios
1 mistake; nothing was started

"#]]);
    let run = place
        .sloproof("run scenarios/many-mistakes.yaml")
        .code(2)
        .stdout_eq("");
    assert!(stderr(&run).ends_with("mistakes; nothing was started\n"));
    assert_eq!(place.names(), before, "no run directory");
}
