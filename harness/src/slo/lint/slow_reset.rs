//! Alerts over one long window, which go on long after the trouble is over.

use std::collections::BTreeSet;

use super::Finding;
use super::expression::{ranges, thresholds};
use super::subject::Subject;
use crate::model::Millis;

pub(super) const ID: &str = "slow-reset";
pub(super) const TITLE: &str = "an alert over one long window fires on after the trouble is over";

/// A shorter window empties soon enough by itself.
const LONG: Millis = Millis(3_600_000);

pub(super) fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let remedy = |window: Millis| {
        let short = Millis(window.0 / 12).to_promql();
        format!("and the same over {short}, a twelfth of it")
    };
    for file in subject.slos {
        for slo in file.slos.iter().filter(|slo| !slo.allows(ID)) {
            for policy in &slo.alert_policies {
                let lookback = &policy.condition.lookback;
                if lookback.value >= LONG {
                    let window = lookback.value.to_promql();
                    let message = format!(
                        "an alert over {window} alone fires on for up to {window} after recovery"
                    );
                    let remedy = remedy(lookback.value);
                    found.push(Finding::new(
                        ID,
                        &file.source,
                        lookback.span,
                        message,
                        remedy,
                    ));
                }
            }
        }
    }
    for file in subject.rules {
        for rule in file.rules.iter().filter(|rule| rule.is_alert) {
            let windows = windows(&rule.expr);
            let mut each = windows.iter();
            if let (Some(window), None) = (each.next(), each.next())
                && *window >= LONG
                && !thresholds(&rule.expr).is_empty()
            {
                let length = window.to_promql();
                let message = format!(
                    "alert `{}` looks at {length} alone and fires on for up to {length} after recovery",
                    rule.name
                );
                found.push(Finding::new(
                    ID,
                    &file.source,
                    rule.name_span,
                    message,
                    remedy(*window),
                ));
            }
        }
    }
    found
}

/// The windows of an expression: its ranges, and those in the names of recorded ratios, such as `ratio_rate1h`.
fn windows(expr: &str) -> BTreeSet<Millis> {
    let mut windows: BTreeSet<Millis> = ranges(expr).iter().map(|range| range.length).collect();
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    for name in expr.split(|c| !word(c)) {
        for stem in ["ratio_rate", "burnrate", ":rate"] {
            let tail = name.split(stem).nth(1).unwrap_or_default();
            windows.extend(Millis::from_promql(tail));
        }
    }
    windows
}
