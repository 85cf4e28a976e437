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
        let path = entry.unwrap().path();
        // A folder holds the values that scenarios send.
        if path.is_dir() {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap();
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
warning: `slo:sli_error:ratio_rate1h` is 0 / 0 = NaN while there is no traffic
  alerts/kv.yaml:6:17
    6 |       - record: slo:sli_error:ratio_rate1h
      |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^
  try: keep zero away: / (sum(rate(…)) > 0)
  lint: nan-without-traffic; sloproof explain nan-without-traffic
warning: `slo:sli_error:ratio_rate5m` is 0 / 0 = NaN while there is no traffic
  alerts/kv.yaml:9:17
    9 |       - record: slo:sli_error:ratio_rate5m
      |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^
  try: keep zero away: / (sum(rate(…)) > 0)
  lint: nan-without-traffic; sloproof explain nan-without-traffic
warning: alert `KvAvailabilityFastBurn` pages and has no annotation `runbook_url`
  alerts/kv.yaml:15:16
   15 |       - alert: KvAvailabilityFastBurn
      |                ^^^^^^^^^^^^^^^^^^^^^^
  try: runbook_url: https://…/KvAvailabilityFastBurn.md
  lint: page-without-runbook; sloproof explain page-without-runbook
warning: alert `KvAvailabilityFastBurn` pages and has no label `team`
  alerts/kv.yaml:15:16
   15 |       - alert: KvAvailabilityFastBurn
      |                ^^^^^^^^^^^^^^^^^^^^^^
  try: team: storage
  lint: page-without-owner; sloproof explain page-without-owner
warning: alert `KvAvailabilitySlowBurn` looks at 1h alone and fires on for up to 1h after recovery
  alerts/kv.yaml:18:16
   18 |       - alert: KvAvailabilitySlowBurn
      |                ^^^^^^^^^^^^^^^^^^^^^^
  try: and the same over 5m, a twelfth of it
  lint: slow-reset; sloproof explain slow-reset
warning: alert `KvAvailabilitySlowBurn` pages and has no annotation `runbook_url`
  alerts/kv.yaml:18:16
   18 |       - alert: KvAvailabilitySlowBurn
      |                ^^^^^^^^^^^^^^^^^^^^^^
  try: runbook_url: https://…/KvAvailabilitySlowBurn.md
  lint: page-without-runbook; sloproof explain page-without-runbook
warning: alert `KvAvailabilitySlowBurn` pages and has no label `team`
  alerts/kv.yaml:18:16
   18 |       - alert: KvAvailabilitySlowBurn
      |                ^^^^^^^^^^^^^^^^^^^^^^
  try: team: storage
  lint: page-without-owner; sloproof explain page-without-owner
warning: alert `KvAvailabilityBudgetDrain` looks at 1h alone and fires on for up to 1h after recovery
  alerts/kv.yaml:22:16
   22 |       - alert: KvAvailabilityBudgetDrain
      |                ^^^^^^^^^^^^^^^^^^^^^^^^^
  try: and the same over 5m, a twelfth of it
  lint: slow-reset; sloproof explain slow-reset
warning: SLO `kv-availability` has no label `team`, and so have its pages
  slo/kv.yaml:3:19
    3 | metadata: { name: kv-availability }
      |                   ^^^^^^^^^^^^^^^
  try: labels: { team: storage }
  lint: page-without-owner; sloproof explain page-without-owner
warning: `http_requests_total` has no series with this `status` until the first bad event, whose count is then lost
  slo/kv.yaml:9:65
    9 |         bad: { metricSource: { type: Prometheus, spec: { query: 'http_requests_total{status=~"5.."}' } } }
      |                                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  try: count every `status` from 0 at the start and say so: sloproof/allow-series-born-in-outage: the reason; or count `good`
  lint: series-born-in-outage; sloproof explain series-born-in-outage
warning: SLO `kv-latency` has no label `team`, and so have its pages
  slo/kv.yaml:17:19
   17 | metadata: { name: kv-latency }
      |                   ^^^^^^^^^^
  try: labels: { team: storage }
  lint: page-without-owner; sloproof explain page-without-owner

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

#[test]
fn a_run_that_never_began_leaves_no_run_directory() {
    let place = Place::with_many_mistakes();
    place
        .sloproof("run scenarios/base.yaml --loki opt/loki")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
sloproof: telemetry stack: none is running, so this run gets its own
sloproof: loki at [..]/opt/loki: not an executable file; correct --loki or SLOPROOF_LOKI, or leave it out to search

"#]]);
    let left = std::fs::read_dir(place.path("runs")).unwrap().count();
    assert_eq!(left, 0);
}

#[test]
fn a_place_that_takes_no_run_directory_is_named_before_anything_starts() {
    let place = Place::with_many_mistakes();
    place.write("file", "");
    place
        .sloproof("run scenarios/base.yaml --out file")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
sloproof: cannot write file/20-base-[..]/evidence, choose another place with --out DIR or make room on the disk: Not a directory (os error 20)

"#]]);
}
