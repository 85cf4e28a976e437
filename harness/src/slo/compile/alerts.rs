//! Burn-rate alerts of one SLO.

use super::ratio::{QueryError, events};
use super::{Compiled, Options};
use crate::model::Millis;
use crate::slo::burn;
use crate::slo::tier::{Tier, Urgency};

/// One alerting rule.
pub(super) struct AlertRule {
    pub(super) name: String,
    pub(super) urgency: Urgency,
    /// The expression, line by line.
    pub(super) expr: Vec<String>,
    pub(super) hold: Millis,
    pub(super) keep_firing: Millis,
    pub(super) summary: String,
    pub(super) description: String,
}

/// Pages one by one, the fastest first; tickets as one alert, so that one trouble is one ticket.
pub(super) fn alerts(slo: &Compiled<'_>, options: &Options) -> Result<Vec<AlertRule>, QueryError> {
    let of = |urgency| slo.tiers.iter().filter(move |tier| tier.urgency == urgency);
    let mut rules = Vec::new();
    for (i, tier) in of(Urgency::Page).enumerate() {
        let suffix = match i {
            0 => "FastBurn".to_owned(),
            1 => "SlowBurn".to_owned(),
            i => format!("Burn{}", i + 1),
        };
        rules.push(rule(slo, &suffix, &[*tier], options)?);
    }
    let tickets: Vec<Tier> = of(Urgency::Ticket).copied().collect();
    if !tickets.is_empty() {
        rules.push(rule(slo, "BudgetDrain", &tickets, options)?);
    }
    Ok(rules)
}

fn rule(
    slo: &Compiled<'_>,
    suffix: &str,
    tiers: &[Tier],
    options: &Options,
) -> Result<AlertRule, QueryError> {
    let conditions = tiers.iter().map(|tier| condition(slo, tier, options));
    let conditions = conditions.collect::<Result<Vec<Vec<String>>, QueryError>>()?;
    let expr = match &conditions[..] {
        [only] => only.clone(),
        several => {
            let mut lines = Vec::new();
            for (i, condition) in several.iter().enumerate() {
                if i > 0 {
                    lines.push("or".to_owned());
                }
                lines.push("(".to_owned());
                lines.extend(condition.iter().map(|line| format!("  {line}")));
                lines.push(")".to_owned());
            }
            lines
        }
    };
    let first = &tiers[0];
    let scaled = first.scaled_down(slo.time_scale);
    Ok(AlertRule {
        name: format!("{}{suffix}", pascal(&slo.slo.objective.name)),
        urgency: first.urgency,
        expr,
        hold: scaled.hold,
        keep_firing: scaled.keep_firing,
        summary: summary(slo, tiers),
        description: description(slo, tiers),
    })
}

/// Both windows above the threshold; with a guard, only while there are events enough to tell.
fn condition(
    slo: &Compiled<'_>,
    tier: &Tier,
    options: &Options,
) -> Result<Vec<String>, QueryError> {
    let scaled = tier.scaled_down(slo.time_scale);
    let name = &slo.slo.objective.name;
    let budget = number(slo.slo.objective.budget());
    let factor = number(tier.factor);
    let side = |window: Millis| {
        let window = window.to_promql();
        format!("slo:sli_error:ratio_rate{window}{{slo=\"{name}\"}} > ({factor} * {budget})")
    };
    let mut lines = vec![side(scaled.long), "and".to_owned(), side(scaled.short)];
    if let Some(least) = options.min_events {
        let total = events(&slo.slo.indicator.total_query, scaled.long)?;
        lines.push("and on()".to_owned());
        lines.push(format!("{total} >= {least}"));
    }
    Ok(lines)
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
        slo.slo.objective.name,
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

/// `kv-availability` as `KvAvailability`.
pub(super) fn pascal(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split(['-', '_', '.']).map(word).collect()
}

/// As short as it is exact to twelve digits: the dust of binary fractions is swept away.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.12}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lose_their_dust_and_names_their_dashes() {
        assert_eq!(number(1.0 - 0.999), "0.001");
        assert_eq!(number(14.4), "14.4");
        assert_eq!(number(1.0), "1");
        assert_eq!(pascal("kv-availability"), "KvAvailability");
    }
}
