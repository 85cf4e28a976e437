//! `sloproof slo import`, `export`, `compile --style` and `lint`.

use snapbox::str;

use super::place::{Place, in_the_repository, stdout};

const SLOTH: &str = include_str!("../fixtures/slo/sloth.yaml");

#[test]
fn an_import_goes_to_standard_output_and_its_losses_to_standard_error() {
    let place = Place::empty();
    place.write("sloth.yaml", SLOTH);
    let run = place.sloproof("slo import sloth.yaml").code(0);
    place.write("kv.yaml", &stdout(&run));
    run.stderr_eq(str![[r#"
sloproof: checkout-availability: alerting: OpenSLO names no alerts; kept in an annotation, for --style sloth and for exports
sloproof: stock-freshness: alerting: OpenSLO names no alerts; kept in an annotation, for --style sloth and for exports

"#]]);
    let exported = place
        .sloproof("slo export kv.yaml --to sloth")
        .code(0)
        .stderr_eq(str![]);
    assert!(stdout(&exported).starts_with("version: prometheus/v1\nservice: shop\n"));
    let rules = place
        .sloproof("slo compile kv.yaml --style sloth")
        .code(0)
        .stderr_eq(str![]);
    assert!(stdout(&rules).contains("- name: sloth-slo-alerts-shop-checkout-availability"));
    place
        .sloproof("slo export kv.yaml --to pyrra")
        .code(0)
        .stderr_eq(str![[r#"
sloproof: checkout-availability: service: Pyrra has labels only; write one as pyrra.dev/service
sloproof: checkout-availability: indicator: Pyrra takes plain counter selectors only; the SLO is left out
sloproof: stock-freshness: service: Pyrra has labels only; write one as pyrra.dev/service
sloproof: stock-freshness: indicator: Pyrra takes plain counter selectors only; the SLO is left out

"#]]);
    let json = stdout(
        &place
            .sloproof("slo export kv.yaml --to pyrra --json")
            .code(0),
    );
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["losses"][1]["field"], "indicator");
}

#[test]
fn a_file_of_another_format_is_told_apart_by_its_own_words() {
    let place = Place::empty();
    place.write("pyrra.yaml", include_str!("../fixtures/slo/pyrra.yaml"));
    let text = stdout(&place.sloproof("slo import pyrra.yaml").code(0));
    assert!(text.contains("name: shop-errors"), "{text}");
    place
        .sloproof("slo import pyrra.yaml --from sloth")
        .code(2)
        .stdout_eq("")
        .stderr_eq(str![[r#"
error: not a Sloth document of `prometheus/v1`
  pyrra.yaml:1:1
    1 | apiVersion: pyrra.dev/v1alpha1
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  try: version: prometheus/v1
error: not a Sloth document of `prometheus/v1`
  pyrra.yaml:15:1
   15 | apiVersion: pyrra.dev/v1alpha1
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  try: version: prometheus/v1
error: not a Sloth document of `prometheus/v1`
  pyrra.yaml:29:1
   29 | apiVersion: pyrra.dev/v1alpha1
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  try: version: prometheus/v1
error: not a Sloth document of `prometheus/v1`
  pyrra.yaml:37:1
   37 | apiVersion: pyrra.dev/v1alpha1
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  try: version: prometheus/v1
4 mistakes; nothing was started

"#]]);
}

#[test]
fn what_ships_has_nothing_that_a_lint_finds() {
    in_the_repository("slo lint slo/kv.yaml alerts/kv.yaml --retention 31d --buckets 0.25")
        .code(0)
        .stdout_eq("")
        .stderr_eq(str![[r#"
sloproof: nothing found in 2 files

"#]]);
}

#[test]
fn a_finding_makes_the_exit_code_1_and_can_be_allowed() {
    let place = Place::empty();
    place.write(
        "kv.yaml",
        include_str!("../fixtures/lint/slow-reset/fail.yaml"),
    );
    place
        .sloproof("slo lint kv.yaml --retention 31d")
        .code(1)
        .stdout_eq("")
        .stderr_eq(str![[r#"
sloproof: threshold-off-bucket: not checked without --buckets
warning: alert `KvFastBurn` looks at 1h alone and fires on for up to 1h after recovery
  kv.yaml:4:16
    4 |       - alert: KvFastBurn
      |                ^^^^^^^^^^
  try: and the same over 5m, a twelfth of it
  lint: slow-reset; sloproof explain slow-reset
sloproof: 1 finding in 1 file

"#]]);
    place
        .sloproof("slo lint kv.yaml --retention 31d --allow slow-reset")
        .code(0);
    place
        .sloproof("slo lint kv.yaml --allow slow-rest")
        .code(2)
        .stderr_eq(str![[r#"
sloproof: there is no lint `slow-rest`; did you mean `slow-reset`?

"#]]);
    let json = stdout(&place.sloproof("slo lint kv.yaml --json").code(1));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json[0]["lint"], &json[0]["line"]),
        (&"slow-reset".into(), &4.into())
    );
}

#[test]
fn what_is_read_and_not_compiled_is_told_with_its_place() {
    let place = Place::empty();
    place.write("shop.yaml", include_str!("../fixtures/slo/all-kinds.yaml"));
    place
        .sloproof("slo compile shop.yaml")
        .code(0)
        .stderr_eq(str![[r#"
warning: SLO `orders`: alert policies are read and not compiled; the alerts are the SRE workbook's, over two windows each
  shop.yaml:20:73
   20 | spec: { severity: page, condition: { kind: burnrate, op: gt, threshold: 14.4, lookbackWindow: 1h, alertAfter: 5m } }
      |                                                                         ^^^^
  try: sloproof slo explain, to see what fires instead of 14.4 over 1h

"#]]);
}

#[test]
fn explain_and_simulate_tell_the_alerts_of_a_tiers_file() {
    let alerts = |command: &str, tiers: &str| {
        let line = format!("slo {command} slo/kv.yaml --slo kv-latency --json {tiers}");
        let output = stdout(&in_the_repository(&line).code(0));
        let told: serde_json::Value = serde_json::from_str(&output).unwrap();
        told[0]["tiers"].as_array().unwrap().len()
    };
    for command in ["explain", "simulate"] {
        assert_eq!(alerts(command, ""), 4, "{command}");
        assert_eq!(alerts(command, "--tiers slo/tiers.yaml"), 2, "{command}");
    }
}
