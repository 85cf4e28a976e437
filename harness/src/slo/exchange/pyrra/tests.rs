//! Round trips, and the rules against Pyrra's documented output.

use super::*;
use crate::model::Source;
use crate::rules::spec::{RuleFileSpec, RuleSpec};
use crate::slo::Slo;
use crate::slo::exchange::{Exchange, openslo_text};
use crate::slo::openslo::{File, SloDocument, lower};

const SHOP: &str = r#"apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata:
  name: shop-errors
  labels: { pyrra.dev/team: storefront, other: x }
  annotations: { pyrra.dev/runbook: "https://runbooks.example/shop" }
spec:
  target: "99"
  window: 4w
  indicator:
    ratio:
      errors: { metric: 'orders_total{job="shop",code=~"5.."}' }
      total: { metric: 'orders_total{job="shop",route=~"/api.*"}' }
"#;

const LATENCY: &str = r#"apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: { name: shop-latency, namespace: web }
spec:
  target: "99.9"
  window: 30d
  description: Orders are taken fast.
  indicator:
    latency:
      success: { metric: 'order_seconds_bucket{job="shop",le="0.25"}' }
      total: { metric: 'order_seconds_count{job="shop"}' }
      grouping: [route]
  alerting: { name: SlowOrders, absent: false }
"#;

const NATIVE: &str = r#"apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: { name: native }
spec:
  target: "90"
  window: 2w
  indicator: { latencyNative: { latency: 200ms, total: { metric: 'order_seconds{job="shop"}' } } }
"#;

const GAUGE: &str = r#"apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: { name: probe }
spec:
  target: "99"
  window: 4w
  indicator: { bool_gauge: { metric: 'probe_success{job="probe"}' } }
"#;

fn source(text: &str) -> Source {
    Source {
        file: "slo.yaml".into(),
        text: text.into(),
    }
}

fn slos(text: &str) -> Vec<PyrraSlo> {
    let mut found = Vec::new();
    let slos = read(&source(text), &mut found);
    let told: String = found.iter().map(|d| d.render(false)).collect();
    assert_eq!(told, "");
    slos
}

fn exported(text: &str) -> Exchange<Vec<PyrraSlo>> {
    let source = source(text);
    let mut found = Vec::new();
    let file = File::read(&source, &mut found);
    let pairs: Vec<(SloDocument, Slo)> = file
        .slos
        .into_iter()
        .filter_map(|document| Some((document.clone(), lower(&document, &source, &mut found)?)))
        .collect();
    let told: String = found.iter().map(|d| d.render(false)).collect();
    assert_eq!(told, "", "{text}");
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(document, slo)| (document, slo))
        .collect();
    export(&pairs)
}

fn made(text: &str) -> RuleFileSpec {
    let made = rules(&slos(text));
    assert_eq!(made.losses, []);
    made.written
}

fn alerts<'a>(file: &'a RuleFileSpec, name: &str) -> Vec<&'a RuleSpec> {
    let rules = file.groups.iter().flat_map(|g| &g.rules);
    rules.filter(|r| r.alert.as_deref() == Some(name)).collect()
}

#[test]
fn what_is_imported_is_exported_again() {
    for text in [SHOP, LATENCY, NATIVE, GAUGE] {
        let before = slos(text);
        let imported = import(&before);
        let openslo = openslo_text(&imported.written).unwrap();
        let after = exported(&openslo);
        assert_eq!(after.losses, []);
        let mut expected = before;
        // 30 d and 2 w print as Prometheus prints them, which is how they were written.
        for slo in &mut expected {
            slo.spec.description = slo.spec.description.trim().to_owned();
        }
        assert_eq!(after.written, expected);
    }
}

#[test]
fn an_import_lists_what_openslo_has_no_field_for() {
    let fields = |text: &str| -> Vec<String> {
        let losses = import(&slos(text)).losses;
        losses.into_iter().map(|loss| loss.field).collect()
    };
    assert_eq!(fields(SHOP), Vec::<String>::new());
    assert_eq!(
        fields(LATENCY),
        ["grouping", "alerting", "metadata.namespace"]
    );
    assert_eq!(fields(GAUGE), ["indicator"]);
}

#[test]
fn mistakes_of_a_document_are_told_with_their_places() {
    let text = SHOP
        .replace("\"99\"", "\"100\"")
        .replace("4w", "4 weeks")
        .replace("'orders_total{job=\"shop\",code=~\"5..\"}'", "sum(x)");
    let mut found = Vec::new();
    read(&source(&text), &mut found);
    let told: Vec<String> = found
        .iter()
        .map(|d| format!("{} {}", d.line, d.message))
        .collect();
    assert_eq!(
        told,
        [
            "8 `100` is not a percentage above 0 and below 100",
            "9 `4 weeks` is not a period of an hour or more",
            "12 `sum(x)` is not a metric selector",
        ]
    );
}

#[test]
fn the_ratio_rules_have_pyrras_windows_factors_names_and_labels() {
    let file = made(SHOP);
    let groups: Vec<(&str, &str)> = file
        .groups
        .iter()
        .map(|g| (g.name.as_str(), g.interval.as_deref().unwrap()))
        .collect();
    assert_eq!(
        groups,
        [
            ("shop-errors-increase", "2m30s"),
            ("shop-errors", "30s"),
            ("shop-errors-generic", "30s")
        ]
    );
    let increase = &file.groups[0].rules[0];
    assert_eq!(increase.record.as_deref(), Some("orders:increase4w"));
    assert_eq!(
        increase.expr,
        r#"sum by (code, route) (increase(orders_total{job="shop",route=~"/api.*"}[4w]))"#
    );
    let labels: Vec<String> = increase
        .labels
        .iter()
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    assert_eq!(labels, ["job=shop", "slo=shop-errors", "team=storefront"]);
    let absent = &file.groups[0].rules[1];
    assert_eq!(absent.alert.as_deref(), Some("SLOMetricAbsent"));
    assert_eq!(
        absent.expr,
        r#"absent(orders_total{job="shop",route=~"/api.*"}) == 1"#
    );
    assert_eq!(
        absent.hold.as_deref(),
        Some("10m"),
        "14 * 1 % * 1 h + 2 m, to the minute"
    );

    let burn: Vec<&str> = file.groups[1]
        .rules
        .iter()
        .filter_map(|r| r.record.as_deref())
        .collect();
    let windows = ["5m", "30m", "1h", "2h", "6h", "1d", "4d"];
    assert_eq!(burn, windows.map(|w| format!("orders:burnrate{w}")));
    assert_eq!(
        file.groups[1].rules[0].expr,
        r#"sum(rate(orders_total{code=~"5..",job="shop"}[5m])) / sum(rate(orders_total{job="shop",route=~"/api.*"}[5m]))"#
    );
    let told: Vec<String> = alerts(&file, "ErrorBudgetBurn")
        .iter()
        .map(|r| {
            let l = &r.labels;
            format!(
                "{} for {} {} {} {}",
                l["severity"],
                r.hold.as_deref().unwrap(),
                l["long"],
                l["short"],
                l["exhaustion"]
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "critical for 2m 1h 5m 2d",
            "critical for 15m 6h 30m 4d",
            "warning for 1h 1d 2h 2w",
            "warning for 3h 4d 6h 4w",
        ]
    );
    let fast = alerts(&file, "ErrorBudgetBurn")[0];
    assert_eq!(
        fast.expr,
        r#"orders:burnrate5m{job="shop",slo="shop-errors"} > (14 * (1-0.99)) and orders:burnrate1h{job="shop",slo="shop-errors"} > (14 * (1-0.99))"#
    );
    assert_eq!(fast.annotations["runbook"], "https://runbooks.example/shop");
    let generic: Vec<&str> = file.groups[2]
        .rules
        .iter()
        .map(|r| r.expr.as_str())
        .collect();
    assert_eq!(
        generic,
        [
            "0.99",
            "2419200",
            r#"1 - sum(orders:increase4w{code=~"5..",job="shop",slo="shop-errors"} or vector(0)) / sum(orders:increase4w{job="shop",route=~"/api.*",slo="shop-errors"})"#,
            r#"sum(rate(orders_total{job="shop",route=~"/api.*"}[5m]))"#,
            r#"sum(rate(orders_total{code=~"5..",job="shop"}[5m])) or vector(0)"#,
        ]
    );
}

#[test]
fn latencies_are_grouped_and_named_as_pyrra_does() {
    let file = made(LATENCY);
    assert_eq!(
        file.groups.len(),
        2,
        "no generic rules where there are groups"
    );
    assert_eq!(
        file.groups[0].rules.len(),
        2,
        "no alert for absent series was asked for"
    );
    let success = &file.groups[0].rules[1];
    assert_eq!(success.record.as_deref(), Some("order_seconds:increase30d"));
    assert_eq!(success.labels["le"], "0.25");
    let total = r#"sum by (route) (rate(order_seconds_count{job="shop"}[5m]))"#;
    assert_eq!(
        file.groups[1].rules[0].expr,
        format!(
            r#"({total} - sum by (route) (rate(order_seconds_bucket{{job="shop",le="0.25"}}[5m]))) / {total}"#
        )
    );
    assert_eq!(alerts(&file, "SlowOrders").len(), 4);
}

#[test]
fn native_histograms_and_gauges_have_their_own_expressions() {
    let file = made(NATIVE);
    assert_eq!(
        file.groups[1].rules[0].expr,
        r#"1 - histogram_fraction(0, 0.2, sum(rate(order_seconds{job="shop"}[3m])))"#
    );
    let file = made(GAUGE);
    assert_eq!(
        file.groups[0].rules[0].record.as_deref(),
        Some("probe_success:count4w")
    );
    let count = r#"sum(count_over_time(probe_success{job="probe"}[5m]))"#;
    assert_eq!(
        file.groups[1].rules[0].expr,
        format!(r#"({count} - sum(sum_over_time(probe_success{{job="probe"}}[5m]))) / {count}"#)
    );
}

#[test]
fn what_pyrra_cannot_say_is_told() {
    let exported = exported(include_str!("../../../../../slo/kv.yaml"));
    assert_eq!(exported.written.len(), 2);
    assert!(exported.written[0].spec.indicator.ratio.is_some());
    assert!(exported.written[1].spec.indicator.latency.is_some());
    let fields: Vec<&str> = exported
        .losses
        .iter()
        .map(|loss| loss.field.as_str())
        .collect();
    assert_eq!(
        fields,
        [
            "service",
            "metadata.displayName",
            "service",
            "metadata.displayName"
        ]
    );
}
