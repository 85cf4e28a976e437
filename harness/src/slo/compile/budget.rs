//! What is left of the budget, counted in events over the whole period.

use super::Compiled;
use super::alerts::number;
use super::ratio::{QueryError, bad, events};

/// Lines of `1 - (bad / total over the period) / budget`.
///
/// Events are counted, never averaged: an average of five-minute ratios weighs a request at night more than one at noon.
/// Without any event `clamp_min` makes it 0 / 1: nothing was spent, and no NaN is recorded; without the series there is
/// no value at all.
pub(super) fn remaining(slo: &Compiled<'_>) -> Result<Vec<String>, QueryError> {
    let indicator = &slo.slo.indicator;
    let total = events(&indicator.total_query, slo.period)?;
    let mut lines = vec!["1 - (".to_owned()];
    let bad = bad(indicator, |query| events(query, slo.period))?;
    lines.extend(bad.into_iter().map(|line| format!("  {line}")));
    lines.push("  /".to_owned());
    lines.push(format!(
        "  clamp_min({total}, {})",
        least(&indicator.total_query)
    ));
    lines.push(format!(") / {}", number(slo.slo.objective.budget())));
    Ok(lines)
}

/// Below this there was no event: one event, or next to nothing where the query gives a rate.
fn least(query: &str) -> &'static str {
    if query.contains(super::ratio::WINDOW) {
        "1e-9"
    } else {
        "1"
    }
}
