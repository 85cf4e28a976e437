//! `verify` and `report` on run directories, good and bad.

use snapbox::str;

use crate::place::{Place, stdout};

#[test]
fn a_finished_run_is_judged_again_without_any_server() {
    Place::with_a_finished_run()
        .sloproof("verify runs/short")
        .code(0)
        .stderr_eq("")
        .stdout_eq(str![[r#"
PASS  short   18 of 18 checks   120 requests, every one accounted for

  route   planned   ok   bad      p50   p90   p95   p99      max
  get          80   80     0   1.0 ms     –     –     –   1.9 ms

  hop                      says                      ledger says                verdict
  generator/conservation   generator: 120 planned,   ledger: 120 planned, 120   ✔ all 2 agree
                           120 sent                  sent
  generator/in-range       none of 80 requests       p95 below the first that   ✔ all 2 agree
                                                     was given up
  generator/kept-up        120 sent                  at least 99 % of 120       ✔ all 4 agree
                                                     arrivals
  generator/routes         120 planned, 120 sent,                               ✔ called 120 times
                           80 of them in measured
                           phases
  generator/undisturbed    0 for 79 requests         at most one per 100        ✔ all 3 agree
                                                     requests in measured
                                                     phases
  requests/clock           +0 to +0 ms, asked and    within 250 ms: half a      ✔ both clocks agree
                           answered within 0 ms      scrape interval, 1 s at
                                                     most
  requests/count           120 × 404 (15 samples,    120 × 404                  ✔ counter and ledger
                           no reset)                                            agree exactly
  requests/elsewhere       none                      none beside the 120        ✔ no other route was
                                                     requests of this run       called

  – note: generator and service share this machine and compete for 2 of its processor cores; for capacity, run
    them on machines of their own
  – 1 check skipped: no processor quota is set (generator/undisturbed)
  – 2 checks skipped: the scenario names no latency histogram (latency/buckets, latency/quantile)
  – 1 check skipped: 4 seconds with 20 requests or more; it takes 15 (latency/steady)
  – 1 check skipped: the scenario names no log query (logs/count)
  – 1 check skipped: the scenario names no rule file (rules/loaded)
  – 1 check skipped: no rule and no panel takes a rate in Prometheus (rules/windows)
  – 1 check skipped: no alert of Prometheus is expected (rules/windows)
  – 1 check skipped: the scenario expects no alert (alerts/fired)
  – 2 checks skipped: no alerting rule in this scenario (alerts/quiet, notifications/delivered)
  – 1 check skipped: the scenario names no `resolvesWithin` (alerts/resolved)
  – 1 check skipped: the scenario names no dashboard (dashboards/panels)
  – 2 checks skipped: the scenario names no objective (budget/objective, budget/remaining)

"#]]);
}

#[test]
fn the_same_run_gives_the_same_findings_and_nothing_is_written() {
    let place = Place::with_a_finished_run();
    let run = place
        .sloproof("verify runs/short --json")
        .code(0)
        .stderr_eq("");
    let again: serde_json::Value = serde_json::from_str(&stdout(&run)).unwrap();
    let kept = std::fs::read(place.path("runs/short/report.json")).unwrap();
    let kept: serde_json::Value = serde_json::from_slice(&kept).unwrap();
    assert_eq!(again["findings"], kept["findings"]);
    assert_eq!(again["verdict"], kept["verdict"]);
    let files = std::fs::read_dir(place.path("runs/short")).unwrap().count();
    assert_eq!(files, 5, "nothing is written");
}

#[test]
fn a_report_has_five_views() {
    let place = Place::with_a_finished_run();
    for (view, part) in [
        ("terminal", "PASS  short "),
        ("json", "\"schema_version\": "),
        ("html", "<!doctype html>"),
        ("junit", "<testsuites "),
        ("markdown", "short"),
    ] {
        let run = place
            .sloproof(&format!("report runs/short --format {view}"))
            .code(0)
            .stderr_eq("");
        assert!(stdout(&run).contains(part), "{view}: {}", stdout(&run));
    }
}

#[test]
fn what_is_no_run_directory_is_called_so() {
    let place = Place::empty();
    std::fs::create_dir(place.path("empty")).unwrap();
    place.write("notes.txt", "");
    place
        .sloproof("verify empty")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
sloproof: empty has no manifest.json: either it is not a run directory, or its run did not get to the end; name one that `sloproof run` finished, such as runs/ID

"#]]);
    place
        .sloproof("report empty")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
sloproof: empty has no report.json: either it is not a run directory, or its run did not get to the end; name one that `sloproof run` finished, such as runs/ID

"#]]);
    for command in ["verify", "report"] {
        for name in ["nowhere", "notes.txt"] {
            place
                .sloproof(&format!("{command} {name}"))
                .code(2)
                .stdout_eq("")
                .stderr_eq(format!(
                    "sloproof: {name} is not a directory; name the one that `sloproof run` made, such as runs/ID\n"
                ));
        }
    }
}

#[test]
fn a_run_of_a_newer_program_is_refused() {
    for (command, file) in [
        ("verify", "manifest.json"),
        ("verify", "plan.json"),
        ("verify", "ledger.json"),
        ("report", "report.json"),
    ] {
        let place = Place::with_a_finished_run();
        let name = format!("runs/short/{file}");
        let text = std::fs::read_to_string(place.path(&name)).unwrap();
        assert!(text.contains("\"schema_version\": 1"));
        place.write(
            &name,
            &text.replacen("\"schema_version\": 1", "\"schema_version\": 99", 1),
        );
        place
            .sloproof(&format!("{command} runs/short"))
            .code(2)
            .stdout_eq("")
            .stderr_eq(format!(
                "sloproof: {name} has schema version 99, and this program knows versions up to 1; \
                 use a newer sloproof\n"
            ));
    }
}

#[test]
fn a_damaged_file_is_named() {
    for (command, file) in [
        ("verify", "manifest.json"),
        ("verify", "plan.json"),
        ("verify", "ledger.json"),
        ("verify", "evidence/0001.json"),
        ("report", "report.json"),
    ] {
        for damage in ["{\"id\": 1, ", "[]", "", "\u{0}"] {
            let place = Place::with_a_finished_run();
            let name = format!("runs/short/{file}");
            place.write(&name, damage);
            place
                .sloproof(&format!("{command} runs/short"))
                .code(2)
                .stdout_eq("")
                .stderr_eq(format!(
                    "sloproof: {name} is damaged: what `sloproof run` writes looks different: [..]\n"
                ));
        }
    }
}

#[test]
fn a_missing_file_is_named() {
    let place = Place::with_a_finished_run();
    std::fs::remove_file(place.path("runs/short/ledger.json")).unwrap();
    place
        .sloproof("verify runs/short")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
sloproof: runs/short has no ledger.json: either it is not a run directory, or its run did not get to the end; name one that `sloproof run` finished, such as runs/ID

"#]]);
}
