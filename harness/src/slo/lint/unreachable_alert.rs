//! Alerts above a ratio that no error ratio reaches.

use super::Finding;
use super::expression::thresholds;
use super::subject::Subject;
use crate::slo::burn;
use crate::slo::tier::workbook;

pub(super) const ID: &str = "unreachable-alert";
pub(super) const TITLE: &str = "an alert can never fire: factor times budget is 1 or more";

pub(super) fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in subject.slos {
        for slo in file.slos.iter().filter(|slo| !slo.allows(ID)) {
            for objective in &slo.objectives {
                let target = objective.target.value;
                if target <= 0.0 || target >= 1.0 {
                    continue;
                }
                let budget = 1.0 - target;
                for policy in &slo.alert_policies {
                    let factor = &policy.condition.threshold;
                    if !burn::reachable(factor.value, budget) {
                        let message = format!(
                            "a burn rate of {} is never exceeded at an objective of {} %",
                            factor.value,
                            percent(target)
                        );
                        let remedy = format!("a threshold below {}", percent(1.0 / budget / 100.0));
                        found.push(Finding::new(ID, &file.source, factor.span, message, remedy));
                    }
                }
                let Some(period) = slo.window.length.value.fixed() else {
                    continue;
                };
                let tiers = workbook(period);
                if let Some(tier) = tiers
                    .iter()
                    .find(|tier| !burn::reachable(tier.factor, budget))
                {
                    let message = format!(
                        "the {} at {} times the budget of {} % can never fire",
                        tier.urgency.as_str(),
                        percent(tier.factor / 100.0),
                        percent(budget)
                    );
                    let least = burn::unreachable_at(tier.factor);
                    let remedy =
                        format!("an objective above {} %, or other windows", percent(least));
                    found.push(Finding::new(
                        ID,
                        &file.source,
                        objective.target.span,
                        message,
                        remedy,
                    ));
                }
            }
        }
    }
    for file in subject.rules {
        for rule in file.rules.iter().filter(|rule| rule.is_alert) {
            let ratio = ["ratio", "burnrate"]
                .iter()
                .any(|word| rule.expr.contains(word));
            for threshold in thresholds(&rule.expr)
                .into_iter()
                .filter(|t| ratio && *t >= 1.0)
            {
                let message = format!(
                    "alert `{}` waits for an error ratio above {}",
                    rule.name,
                    percent(threshold / 100.0)
                );
                let remedy = "a threshold below 1: no ratio is above 1";
                found.push(Finding::new(
                    ID,
                    &file.source,
                    rule.name_span,
                    message,
                    remedy,
                ));
            }
        }
    }
    found
}

/// A share in percent, without dust.
fn percent(share: f64) -> f64 {
    (share * 100.0 * 1e4).round() / 1e4
}
