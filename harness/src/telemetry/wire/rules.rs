//! Loaded rules, as `/api/v1/rules` of Prometheus and `/prometheus/api/v1/rules` of Loki show them.

use serde::Deserialize;
use serde_json::Value;

use crate::model::{Labels, Millis, Rule, RuleGroup, RuleKind};

#[derive(Deserialize)]
struct Groups {
    groups: Option<Vec<Group>>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    /// Seconds.
    interval: Option<f64>,
    rules: Option<Vec<Loaded>>,
}

#[derive(Deserialize)]
struct Loaded {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    query: String,
    /// Seconds.
    #[serde(default)]
    duration: f64,
    /// Seconds; Loki does not know the field.
    #[serde(default, rename = "keepFiringFor")]
    keep_firing_for: f64,
    labels: Option<Labels>,
    annotations: Option<Labels>,
    #[serde(default, rename = "lastError")]
    last_error: String,
}

/// The groups in the server's order, expressions as the server shows them; `Err` says what could not be read.
pub(crate) fn groups(data: &Value) -> Result<Vec<RuleGroup>, String> {
    let read = Groups::deserialize(data).map_err(|e| format!("rules: {e}"))?;
    read.groups
        .unwrap_or_default()
        .into_iter()
        .map(group)
        .collect()
}

fn group(group: Group) -> Result<RuleGroup, String> {
    let rules = group.rules.unwrap_or_default().into_iter().map(rule);
    Ok(RuleGroup {
        rules: rules.collect::<Result<_, _>>()?,
        name: group.name,
        interval: group.interval.map(millis),
    })
}

fn rule(loaded: Loaded) -> Result<Rule, String> {
    Ok(Rule {
        kind: match loaded.kind.as_str() {
            "alerting" => RuleKind::Alert,
            "recording" => RuleKind::Record,
            other => {
                return Err(format!(
                    "rule `{}` is of unknown type `{other}`",
                    loaded.name
                ));
            }
        },
        name: loaded.name,
        expr: loaded.query,
        hold: millis(loaded.duration),
        keep_firing_for: millis(loaded.keep_firing_for),
        labels: loaded.labels.unwrap_or_default(),
        annotations: loaded.annotations.unwrap_or_default(),
        last_error: Some(loaded.last_error).filter(|e| !e.is_empty()),
    })
}

fn millis(seconds: f64) -> Millis {
    Millis((seconds * 1000.0).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn prometheus_rules_keep_hold_times_and_errors() {
        let data = json!({"groups": [{"name": "g", "file": "f.yml", "interval": 0.5, "limit": 0, "rules": [
            {"state": "inactive", "name": "Burn", "query": "a > (1 * 2)", "duration": 2, "keepFiringFor": 3.5,
             "labels": {"severity": "page"}, "annotations": {"summary": "hi {{ $labels.job }}"}, "alerts": [],
             "health": "err", "lastError": "many-to-many", "type": "alerting"},
            {"name": "job:up:sum", "query": "sum by (job) (up)", "labels": {}, "health": "ok", "type": "recording"},
        ]}]});
        let read = groups(&data).unwrap();
        assert_eq!(read[0].interval, Some(Millis(500)));
        let [burn, up] = &read[0].rules[..] else {
            panic!("two rules")
        };
        assert_eq!(
            (burn.hold, burn.keep_firing_for),
            (Millis(2000), Millis(3500))
        );
        assert_eq!(burn.last_error.as_deref(), Some("many-to-many"));
        assert_eq!(
            (up.kind, up.expr.as_str()),
            (RuleKind::Record, "sum by (job) (up)")
        );
    }

    #[test]
    fn loki_rules_have_no_keep_firing_for_and_an_empty_last_error() {
        let data = json!({"groups": [{"name": "lg", "file": "r.yaml", "interval": 1, "limit": 10, "rules": [
            {"state": "inactive", "name": "LogBurst", "duration": 2, "labels": {"severity": "page"},
             "query": "(sum by (route)(count_over_time({app=\"kv\"} | json | status>=500[1m])) > 1)",
             "annotations": null, "alerts": [], "health": "ok", "lastError": "", "type": "alerting"},
        ]}]});
        let rule = &groups(&data).unwrap()[0].rules[0];
        assert_eq!((rule.keep_firing_for, &rule.last_error), (Millis(0), &None));
    }

    #[test]
    fn no_groups_may_be_null() {
        assert_eq!(groups(&json!({"groups": null})), Ok(vec![]));
    }

    #[test]
    fn an_unknown_rule_type_is_an_error() {
        let data = json!({"groups": [{"name": "g", "rules": [{"type": "dreaming", "name": "x", "query": "1"}]}]});
        assert!(groups(&data).unwrap_err().contains("dreaming"));
    }
}
