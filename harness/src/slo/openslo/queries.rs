//! Indicators that are not counts of events, as counts of samples or of slices of time.
//!
//! Each is written with the window left open (`{{.window}}`), and real PromQL does the counting: a subquery samples the
//! condition, `sum_over_time` counts the good samples and `count_over_time` all that there are. Where there is no
//! traffic there is no sample, so that silence is neither good nor bad.

use super::objective::{Bound, Slice};
use crate::slo::exchange::selector::is_selector;
use crate::slo::{Indicator, Part};

/// The place of the window.
const WINDOW: &str = "{{.window}}";

/// The total of a ratio that is stored as such: always 1, so that the ratio is its own error ratio. A subquery whose
/// step is its range has exactly one sample.
pub(in crate::slo) const ONE: &str = "last_over_time(vector(1)[{{.window}}:{{.window}}])";

/// Numbers that are counts of their own rather than counters: their sum over the window is the number of events.
pub(super) fn summed(indicator: Indicator) -> Indicator {
    let sum = |query: String| {
        if is_selector(&query) {
            format!("sum(sum_over_time({query}[{WINDOW}]))")
        } else {
            query
        }
    };
    Indicator {
        part: indicator.part,
        part_query: sum(indicator.part_query),
        total_query: sum(indicator.total_query),
    }
}

/// A ratio that is stored as such: with a window of its own it is taken as it is, else averaged over time.
pub(super) fn stored(part: Part, ratio: &str) -> Indicator {
    if ratio.contains(WINDOW) {
        return Indicator {
            part,
            part_query: format!("({ratio})"),
            total_query: ONE.to_owned(),
        };
    }
    counted(part, ratio, "")
}

/// Slices of a stored ratio: good where its average over the slice reaches the slice's target, or averaged themselves.
pub(super) fn stored_slices(part: Part, ratio: &str, slice: Slice) -> Indicator {
    let length = slice.length.to_promql();
    let inner = ratio.replace(WINDOW, &length);
    let good = match part {
        Part::Good => format!("avg_over_time(({inner})[{length}:])"),
        Part::Bad => format!("1 - avg_over_time(({inner})[{length}:])"),
    };
    counted(Part::Good, &judged(&good, slice), &length)
}

/// Slices of counted events. `None` where a query is no plain selector and has no place for the window.
pub(super) fn slices(indicator: &Indicator, slice: Slice) -> Option<Indicator> {
    let length = slice.length.to_promql();
    let rate = |query: &str| {
        if query.contains(WINDOW) {
            Some(query.replace(WINDOW, &length))
        } else {
            is_selector(query).then(|| format!("sum(rate({query}[{length}]))"))
        }
    };
    let (events, total) = (rate(&indicator.part_query)?, rate(&indicator.total_query)?);
    // A counter that is not there yet has counted nothing.
    let share = format!("({events} or 0 * {total}) / ({total} > 0)");
    let good = match indicator.part {
        Part::Good => share,
        Part::Bad => format!("1 - {share}"),
    };
    Some(counted(Part::Good, &judged(&good, slice), &length))
}

/// Samples of a value that is good while it compares well, or slices of such samples.
pub(super) fn held(value: &str, bound: Bound, slice: Option<Slice>) -> Indicator {
    let good = format!("({value}) {} bool {}", bound.op.sign(), bound.value);
    let Some(slice) = slice else {
        return counted(Part::Good, &good, "");
    };
    let length = slice.length.to_promql();
    let share = format!("avg_over_time(({good})[{length}:])");
    counted(Part::Good, &judged(&share, slice), &length)
}

/// 1 or 0 for a slice with a target, else its share as it is.
fn judged(share: &str, slice: Slice) -> String {
    match slice.target {
        Some(target) => format!("({share}) >= bool {target}"),
        None => share.to_owned(),
    }
}

/// Sums and counts the samples of an expression, one for each `step`, or for each evaluation.
fn counted(part: Part, expr: &str, step: &str) -> Indicator {
    Indicator {
        part,
        part_query: format!("sum(sum_over_time(({expr})[{WINDOW}:{step}]))"),
        total_query: format!("sum(count_over_time(({expr})[{WINDOW}:{step}]))"),
    }
}
