//! Burn-rate alerts of one SLO.

use super::ratio::{QueryError, events};
use super::scalar::{literal, number};
use super::{Compiled, Options};
use crate::model::Millis;
use crate::slo::burn;
use crate::slo::tier::{Tier, Urgency};

/// One alerting rule.
pub(super) struct AlertRule {
    pub(super) name: String,
    pub(super) urgency: Urgency,
    /// `fast` for the one that silences the others while it fires.
    pub(super) burn: &'static str,
    /// Where its numbers come from.
    pub(super) says: String,
    /// The expression, line by line.
    pub(super) expr: Vec<String>,
    pub(super) hold: Millis,
    pub(super) keep_firing: Millis,
    pub(super) summary: String,
    pub(super) description: String,
}

/// The alerts of an SLO, in the order of urgency. The first page is `fast`, all others are `slow`.
pub(super) fn alerts(slo: &Compiled<'_>, options: &Options) -> Result<Vec<AlertRule>, QueryError> {
    let alerts = slo.alerts();
    let mut rules = Vec::new();
    for (i, (suffix, tiers)) in alerts.iter().enumerate() {
        let conditions = tiers.iter().map(|tier| condition(slo, tier, options));
        let conditions = conditions.collect::<Result<Vec<Vec<String>>, QueryError>>()?;
        rules.push(rule(slo, suffix, tiers, i == 0, either(&conditions)));
    }
    Ok(rules)
}

/// Lines that hold when one of the conditions does.
pub(super) fn either(conditions: &[Vec<String>]) -> Vec<String> {
    if let [only] = conditions {
        return only.clone();
    }
    let mut lines = Vec::new();
    for (i, condition) in conditions.iter().enumerate() {
        if i > 0 {
            lines.push("or".to_owned());
        }
        lines.push("(".to_owned());
        lines.extend(condition.iter().map(|line| format!("  {line}")));
        lines.push(")".to_owned());
    }
    lines
}

/// The alert of these tiers, in words and labels; `first` of its SLO's alerts or not.
pub(super) fn rule(
    slo: &Compiled<'_>,
    suffix: &str,
    tiers: &[Tier],
    first: bool,
    expr: Vec<String>,
) -> AlertRule {
    let most = &tiers[0];
    let scaled = most.scaled_down(slo.time_scale);
    let fast = first && most.urgency == Urgency::Page;
    AlertRule {
        name: slo.alert_name(suffix),
        urgency: most.urgency,
        burn: if fast { "fast" } else { "slow" },
        says: said(slo, tiers),
        expr,
        hold: scaled.hold,
        keep_firing: scaled.keep_firing,
        summary: summary(slo, tiers),
        description: description(slo, tiers),
    }
}

/// Both windows above the threshold; with a guard, only while there are events enough to tell.
fn condition(
    slo: &Compiled<'_>,
    tier: &Tier,
    options: &Options,
) -> Result<Vec<String>, QueryError> {
    let scaled = tier.scaled_down(slo.time_scale);
    let this = slo.selector();
    let budget = number(slo.slo.objective.budget());
    let factor = number(tier.factor);
    let side = |window: Millis| {
        let window = window.to_promql();
        format!("slo:sli_error:ratio_rate{window}{this} > ({factor} * {budget})")
    };
    let mut lines = vec![side(scaled.long), "and".to_owned(), side(scaled.short)];
    if let Some(least) = options.min_events {
        let total = events(&slo.slo.indicator.total_query, scaled.long)?;
        lines.push("and on()".to_owned());
        lines.push(format!("{total} >= {least}"));
    }
    Ok(lines)
}

/// `14.4 times the budget over 1h and 5m: 2 % of 30d are gone by then`, tier by tier.
fn said(slo: &Compiled<'_>, tiers: &[Tier]) -> String {
    let period = slo.slo.objective.period;
    let tiers = tiers.iter().map(|tier| {
        let scaled = tier.scaled_down(slo.time_scale);
        let share = burn::budget_spent(tier.factor, period, tier.long);
        format!(
            "{} times the budget over {} and {}: {} % of {} are gone by then",
            number(tier.factor),
            scaled.long.to_promql(),
            scaled.short.to_promql(),
            number(share * 100.0),
            slo.period.to_promql()
        )
    });
    tiers.collect::<Vec<_>>().join("; ")
}

fn summary(slo: &Compiled<'_>, tiers: &[Tier]) -> String {
    let shares = tiers.iter().map(|tier| {
        let share = burn::budget_spent(tier.factor, slo.slo.objective.period, tier.long);
        (number(share * 100.0), tier.long.to_promql())
    });
    let spent: Vec<String> = shares
        .map(|(share, long)| format!("{share} % in {long}"))
        .collect();
    format!(
        "{} burns its error budget: {} of {} or faster",
        literal(&slo.slo.objective.name),
        spent.join(" or "),
        slo.slo.objective.period.to_promql()
    )
}

fn description(slo: &Compiled<'_>, tiers: &[Tier]) -> String {
    let budget = number(slo.slo.objective.budget() * 100.0);
    let [fastest, ..] = tiers else {
        return String::new();
    };
    let lasts = burn::exhaustion(fastest.factor, slo.slo.objective.period) / 86_400.0;
    format!(
        "{{{{ $value | humanizePercentage }}}} of the events were bad over {}, and the last {} are no better; {budget} % is what \
         the objective allows. At {} times that pace the budget of {} lasts {} days.",
        fastest.long.to_promql(),
        fastest.short.to_promql(),
        number(fastest.factor),
        slo.slo.objective.period.to_promql(),
        number((lasts * 10.0).round() / 10.0),
    )
}
