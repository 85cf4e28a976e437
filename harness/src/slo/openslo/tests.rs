//! Whole files: what is read, what is told, what can be compiled.

use super::*;
use crate::model::{Level, Millis};
use crate::slo::compile::{Options, compile};
use crate::slo::{Indicator, Part};

const KV: &str = r#"apiVersion: openslo/v1
kind: SLO
metadata: { name: kv-availability }
spec:
  description: answers are not errors
  service: kv
  indicator:
    metadata: { name: kv-errors }
    spec:
      ratioMetric:
        counter: true
        bad: { metricSource: { type: Prometheus, spec: { query: 'sum(rate(x{status=~"5.."}[5m]))' } } }
        total: { metricSource: { type: Prometheus, spec: { query: 'sum(rate(x[5m]))' } } }
  timeWindow: [{ duration: 30d, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [{ target: 0.999 }]
"#;

fn read(text: &str) -> (Vec<Objective>, String) {
    let source = Source {
        file: "slo/kv.yaml".into(),
        text: text.into(),
    };
    let mut found = vec![];
    let objectives = parse(&source, &mut found);
    let told = found.iter().map(|d| d.render(false)).collect();
    (objectives, told)
}

#[test]
fn a_document_becomes_an_objective() {
    let (objectives, told) = read(KV);
    assert_eq!(told, "");
    assert_eq!(objectives[0].name, "kv-availability");
    assert_eq!(objectives[0].target.to_bits(), 0.999_f64.to_bits());
    assert_eq!(objectives[0].period, Millis(30 * 86_400_000));
    assert_eq!(objectives[0].queries[0].0, "bad");
    assert_eq!(objectives[0].queries[1].1, "sum(rate(x[5m]))");
}

#[test]
fn an_objective_out_of_range_is_told_with_the_remedy() {
    let (objectives, told) = read(&KV.replace("0.999", "99.9"));
    assert!(objectives.is_empty());
    assert_eq!(
        told,
        "error: objective out of range\n  slo/kv.yaml:16:26\n   16 |   objectives: [{ target: 99.9 }]\n      |                          ^^^^ a ratio, above 0 and below 1\n  try: target: 0.999, or targetPercent: 99.9\n"
    );
    let (objectives, told) = read(&KV.replace("target: 0.999", "targetPercent: 99.9"));
    assert_eq!((told.as_str(), objectives.len()), ("", 1));
}

#[test]
fn several_documents_and_an_indicator_by_reference_are_read() {
    let sli = "---\napiVersion: openslo/v1\nkind: SLI\nmetadata: { name: latency }\nspec:\n  ratioMetric:\n    good: { metricSource: { spec: { query: g } } }\n    total: { metricSource: { spec: { query: t } } }\n---\napiVersion: openslo/v1\nkind: Service\nmetadata: { name: kv }\nspec: { description: d }\n---\napiVersion: openslo/v1\nkind: SLO\nmetadata: { name: kv-latency }\nspec:\n  indicatorRef: latency\n  timeWindow: [{ duration: 4w, isRolling: true }]\n  budgetingMethod: Occurrences\n  objectives: [{ targetPercent: 99 }]\n";
    let (objectives, told) = read(&format!("{KV}{sli}"));
    assert_eq!(told, "");
    assert_eq!(objectives.len(), 2);
    assert_eq!(
        objectives[1].queries[0],
        ("good".to_owned(), "g".to_owned())
    );
}

#[test]
fn each_limit_of_what_is_supported_is_told() {
    for (from, to, message) in [
        (
            "30d",
            "1M",
            "a period of months has no fixed length and cannot be compiled",
        ),
        ("30d", "1m", "a period of `1m` is shorter than an hour"),
        (
            "isRolling: true",
            "isRolling: false",
            "a time window is rolling or has a `calendar`",
        ),
        (
            "Occurrences",
            "Timeslices",
            "budgeting method `Timeslices` needs `timeSliceWindow`",
        ),
        (
            "kind: SLO",
            "kind: SLOs",
            "unknown kind `SLOs`, did you mean `SLO`?",
        ),
        (
            "openslo/v1",
            "openslo/v1alpha",
            "not an OpenSLO v1 document",
        ),
        ("bad:", "bda:", "unknown field `bda`, did you mean `bad`?"),
        (
            "indicator:",
            "indicatorRef: x\n  indicator:",
            "exactly one of `indicator` and `indicatorRef`",
        ),
        (
            "[{ target: 0.999 }]",
            "[{ target: 0.9 }, { target: 0.99 }]",
            "2 objectives in one SLO are read and cannot be compiled",
        ),
        (
            "{ query: 'sum(rate(x[5m]))' }",
            "{}",
            "a metric source needs its query",
        ),
    ] {
        let (_, told) = read(&KV.replacen(from, to, 1));
        assert!(told.contains(message), "{message}\n{told}");
    }
}

const ALERTING: &str = r#"---
apiVersion: openslo/v1
kind: AlertNotificationTarget
metadata: { name: on-call }
spec: { target: pager }
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: { name: fast-burn }
spec:
  severity: page
  condition: { kind: burnrate, op: gt, threshold: 14.4, lookbackWindow: 1h, alertAfter: 0m }
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: { name: fast }
spec:
  alertWhenBreaching: true
  conditions: [{ conditionRef: fast-burn }]
  notificationTargets: [{ targetRef: on-call }]
---
apiVersion: openslo/v1
kind: DataSource
metadata: { name: metrics }
spec: { type: Prometheus, connectionDetails: { url: "http://127.0.0.1:9090" } }
---
apiVersion: openslo/v1
kind: Service
metadata: { name: kv, displayName: Key-value service }
spec: { description: stores values }
"#;

fn whole(text: &str) -> (File, String) {
    let source = Source {
        file: "slo/kv.yaml".into(),
        text: text.into(),
    };
    let mut found = vec![];
    let file = File::read(&source, &mut found);
    (file, found.iter().map(|d| d.render(false)).collect())
}

fn kv_with(from: &str, to: &str) -> String {
    assert!(KV.contains(from), "{from}");
    KV.replacen(from, to, 1)
}

/// The queries of the file's only SLO.
fn lowered(text: &str) -> Indicator {
    let source = Source {
        file: "slo/kv.yaml".into(),
        text: text.into(),
    };
    let mut found = vec![];
    let slos = super::read(&source, &mut found);
    let told: String = found.iter().map(|d| d.render(false)).collect();
    assert_eq!(told, "");
    compile(&slos, "slo/kv.yaml", &Options::default()).unwrap();
    slos.into_iter().next().unwrap().indicator
}

#[test]
fn all_seven_kinds_are_read_and_references_followed_in_any_order() {
    let slo = kv_with(
        "  budgetingMethod",
        "  alertPolicies: [{ alertPolicyRef: fast }]\n  budgetingMethod",
    );
    let slo = slo.replace(
        "metricSource: {",
        "metricSource: { metricSourceRef: metrics,",
    );
    let (file, told) = whole(&format!("{slo}{ALERTING}"));
    assert_eq!(told, "");
    assert_eq!(file.services, ["kv"]);
    let policy = &file.slos[0].alert_policies[0];
    assert_eq!(policy.targets, ["pager"]);
    assert_eq!(policy.condition.severity.value, "page");
    assert_eq!(policy.condition.lookback.value, Millis(3_600_000));
    assert_eq!(policy.condition.after, Millis(0));
    assert!(policy.when_breaching && !policy.when_resolved);
}

#[test]
fn an_alert_policy_written_in_place_says_the_same_and_is_told_as_not_compiled() {
    let policy = r"  alertPolicies:
    - kind: AlertPolicy
      metadata: { name: fast }
      spec:
        conditions:
          - kind: AlertCondition
            metadata: { name: fast-burn }
            spec: { severity: page, condition: { kind: burnrate, threshold: 14.4, lookbackWindow: 1h } }
        notificationTargets:
          - kind: AlertNotificationTarget
            metadata: { name: on-call }
            spec: { target: pager }
  budgetingMethod";
    let text = kv_with("  budgetingMethod", policy);
    let (file, told) = whole(&text);
    assert_eq!(told, "");
    assert_eq!(file.slos[0].alert_policies[0].targets, ["pager"]);
    let source = Source {
        file: "slo/kv.yaml".into(),
        text,
    };
    let told = unsaid(&file.slos[0], &source);
    assert_eq!(told[0].level, Level::Warning);
    assert_eq!(told[0].line, 22);
    assert!(told[0].message.contains("read and not compiled"));
}

#[test]
fn every_mistake_of_a_file_is_told_at_once() {
    let text = kv_with("name: kv-availability", "name: KV_Availability")
        .replace("service: kv", "service: kw")
        .replace("30d", "30 days")
        .replace("0.999", "1.5")
        + &ALERTING
            .replace("fast-burn }]", "fats-burn }]")
            .replace("lookbackWindow: 1h", "lookbackWindow: 1 hour")
            .replace("on-call }]", "nobody }]")
            .replace("kind: burnrate", "kind: burnrat");
    let source = Source {
        file: "slo/kv.yaml".into(),
        text,
    };
    let mut found = vec![];
    File::read(&source, &mut found);
    let mut told: Vec<(usize, String)> = found.into_iter().map(|d| (d.line, d.message)).collect();
    told.sort();
    let told: Vec<String> = told
        .into_iter()
        .map(|(line, text)| format!("{line} {text}"))
        .collect();
    assert_eq!(
        told,
        [
            "3 `KV_Availability` is not a name",
            "6 service `kw` is not in this file",
            "14 `30 days` is not a duration",
            "16 objective out of range",
            "28 `1 hour` is not a duration",
            "28 unknown value `burnrat` for `kind`, did you mean `burnrate`?",
            "35 alert condition `fats-burn` is not in this file",
            "36 notification target `nobody` is not in this file",
        ]
    );
}

#[test]
fn an_official_slip_of_a_month_written_as_a_minute_is_told_with_the_remedy() {
    let text = kv_with(
        "duration: 30d, isRolling: true",
        "duration: 1m, isRolling: false, calendar: { startTime: 2026-01-01 12:00:00, timeZone: Europe/Berlin }",
    );
    let (_, told) = whole(&text);
    assert!(
        told.contains("a period of `1m` is shorter than an hour"),
        "{told}"
    );
    assert!(told.contains("try: 1M for months"), "{told}");
}

#[test]
fn a_calendar_window_is_read_and_told_as_not_compiled() {
    let text = kv_with(
        "duration: 30d, isRolling: true",
        "duration: 1M, isRolling: false, calendar: { startTime: 2026-01-01 12:00:00, timeZone: Europe/Berlin }",
    );
    let (file, told) = whole(&text);
    assert_eq!((told.as_str(), file.slos.len()), ("", 1));
    assert_eq!(file.slos[0].window.length.value, Length::Months(1));
    let (objectives, told) = read(&text);
    assert!(objectives.is_empty());
    assert!(
        told.contains("a calendar window is read and cannot be compiled"),
        "{told}"
    );
    let (_, told) = whole(
        &text
            .replace("2026-01-01 12:00:00", "2026-01-40")
            .replace("Europe/Berlin", "Middle Earth"),
    );
    assert!(
        told.contains("`2026-01-40` is not a date and time"),
        "{told}"
    );
    assert!(told.contains("`Middle Earth` is not a time zone"), "{told}");
}

const PLAIN: &str = r#"apiVersion: openslo/v1
kind: SLO
metadata: { name: kv }
spec:
  indicator:
    spec:
      ratioMetric:
        bad: { metricSource: { spec: { query: 'x{code="5"}' } } }
        total: { metricSource: { spec: { query: x } } }
  timeWindow: [{ duration: 2w, isRolling: true }]
  budgetingMethod: Timeslices
  objectives: [{ target: 0.95, timeSliceTarget: 0.9, timeSliceWindow: 1 }]
"#;

#[test]
fn slices_of_time_are_counted_by_a_subquery_and_silence_is_neither_good_nor_bad() {
    let share =
        r#"1 - (sum(rate(x{code="5"}[1m])) or 0 * sum(rate(x[1m]))) / (sum(rate(x[1m])) > 0)"#;
    let found = lowered(PLAIN);
    assert_eq!(found.part, Part::Good);
    assert_eq!(
        found.part_query,
        format!("sum(sum_over_time((({share}) >= bool 0.9)[{{{{.window}}}}:1m]))")
    );
    assert_eq!(
        found.total_query,
        format!("sum(count_over_time((({share}) >= bool 0.9)[{{{{.window}}}}:1m]))")
    );
    let averaged = lowered(
        &PLAIN
            .replace("Timeslices", "RatioTimeslices")
            .replace("timeSliceTarget: 0.9, ", ""),
    );
    assert_eq!(
        averaged.part_query,
        format!("sum(sum_over_time(({share})[{{{{.window}}}}:1m]))")
    );
}

#[test]
fn gauges_raw_ratios_and_thresholds_become_counts_of_samples() {
    let occurrences = PLAIN
        .replace("Timeslices", "Occurrences")
        .replace(", timeSliceTarget: 0.9, timeSliceWindow: 1", "");
    let gauge =
        lowered(&occurrences.replace("ratioMetric:\n", "ratioMetric:\n        counter: false\n"));
    assert_eq!(gauge.total_query, "sum(sum_over_time(x[{{.window}}]))");
    let start = occurrences.find("      ratioMetric").unwrap();
    let end = occurrences.find("  timeWindow").unwrap();
    let with = |measure: &str| format!("{}{measure}{}", &occurrences[..start], &occurrences[end..]);
    let raw =
        "      ratioMetric: { rawType: failure, raw: { metricSource: { spec: { query: r } } } }\n";
    let stored = lowered(&with(raw));
    assert_eq!(
        (stored.part, stored.part_query.as_str()),
        (Part::Bad, "sum(sum_over_time((r)[{{.window}}:]))")
    );
    let own = lowered(&with(
        &raw.replace("query: r", "query: 'avg_over_time(r[{{.window}}])'"),
    ));
    assert_eq!(own.part_query, "(avg_over_time(r[{{.window}}]))");
    let threshold = with("      thresholdMetric: { metricSource: { spec: { query: q } } }\n");
    let (_, told) = whole(&threshold);
    assert!(
        told.contains("an objective of a `thresholdMetric` has `op` and `value`"),
        "{told}"
    );
    let held = lowered(&threshold.replace("target: 0.95", "target: 0.95, op: lte, value: 0.3"));
    assert_eq!(
        held.part_query,
        "sum(sum_over_time(((q) <= bool 0.3)[{{.window}}:]))"
    );
    let sliced = threshold
        .replace(
            "target: 0.95",
            "target: 0.95, op: lt, value: 2, timeSliceTarget: 1, timeSliceWindow: 5m",
        )
        .replace("Occurrences", "Timeslices");
    assert_eq!(
        lowered(&sliced).part_query,
        "sum(sum_over_time(((avg_over_time(((q) < bool 2)[5m:])) >= bool 1)[{{.window}}:5m]))"
    );
}

#[test]
fn fields_that_official_examples_carry_without_meaning_are_told_as_notices() {
    let (file, told) = whole(&kv_with(
        "{ target: 0.999 }",
        "{ target: 0.999, op: lte, value: 1 }",
    ));
    assert_eq!(told, "");
    assert_eq!(file.notices.len(), 1);
    assert!(file.notices[0].message.contains("it is ignored"));
    let (file, told) = whole(&kv_with(
        "  budgetingMethod",
        "  alertPolicies:\n  budgetingMethod",
    ));
    assert_eq!((told.as_str(), file.slos.len()), ("", 1));
}

#[test]
fn composites_and_foreign_sources_are_read_and_told_as_not_compiled() {
    for (from, to, message) in [
        (
            "[{ target: 0.999 }]",
            "[{ target: 0.9, indicatorRef: kv-errors }]",
            "SLI `kv-errors` is not in this file",
        ),
        (
            "type: Prometheus, spec: { query: 'sum(rate(x[5m]))' }",
            "type: CloudWatch, spec: { sql: x }",
            "a query of `CloudWatch` is read and cannot be compiled",
        ),
        ("0.999", "1", "an objective of 100 %: it leaves no budget"),
        ("0.999", "0", "an objective of 0 %: it promises nothing"),
    ] {
        let (objectives, told) = read(&kv_with(from, to));
        assert!(objectives.is_empty());
        assert!(told.contains(message), "{message}\n{told}");
    }
}
