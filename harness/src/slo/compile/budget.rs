//! What is left of the budget, counted in events over the whole period.

use super::Compiled;
use super::ratio::{QueryError, bad, events};
use super::scalar::number;
use crate::model::Millis;

/// A recorded series: name and expression, line by line.
pub(super) type Recorded = (String, Vec<String>);

/// The counts of a period, and what follows from them.
///
/// Events are counted, never averaged: an average of five-minute ratios weighs a request at night more than one at noon.
/// Without any event `clamp_min` makes it 0 / 1: nothing was spent, and no NaN is recorded; without the series there is
/// no value at all.
pub(super) fn recorded(slo: &Compiled<'_>) -> Result<Vec<Recorded>, QueryError> {
    let indicator = &slo.slo.indicator;
    let period = slo.period;
    let spelled = period.to_promql();
    let total = events(&indicator.total_query, period)?;
    let bad = bad(indicator, |query| events(query, period))?;
    let this = slo.selector();
    let budget = number(slo.slo.objective.budget());
    Ok(vec![
        (format!("slo:events_bad:increase{spelled}"), bad),
        (format!("slo:events_total:increase{spelled}"), vec![total]),
        (
            "slo:error_budget_remaining:ratio".to_owned(),
            vec![
                "1 - (".to_owned(),
                format!("  slo:events_bad:increase{spelled}{this}"),
                "  /".to_owned(),
                format!("  clamp_min(slo:events_total:increase{spelled}{this}, 1)"),
                format!(") / {budget}"),
            ],
        ),
    ])
}

/// What an objective is, as series, so that a dashboard needs no numbers of its own.
pub(super) fn facts(slo: &Compiled<'_>) -> Vec<Recorded> {
    let objective = &slo.slo.objective;
    let vector = |value: f64| vec![format!("vector({})", number(value))];
    let mut facts = vec![
        ("slo:objective:ratio".to_owned(), vector(objective.target)),
        (
            "slo:error_budget:ratio".to_owned(),
            vector(objective.budget()),
        ),
        (
            "slo:time_period:days".to_owned(),
            vector(objective.period.as_secs_f64() / 86_400.0),
        ),
    ];
    if let Some(shortest) = slo.windows.first() {
        facts.push((
            "slo:current_burn_rate:ratio".to_owned(),
            vec![format!(
                "slo:sli_error:ratio_rate{}{} / {}",
                Millis::to_promql(*shortest),
                slo.selector(),
                number(objective.budget())
            )],
        ));
    }
    facts
}
