//! The expressions of an indicator, as Pyrra writes them.

use std::collections::BTreeSet;

use super::spec::{Indicator, Metric};
use crate::model::Millis;
use crate::slo::exchange::selector::{Matcher, Selector};

/// An indicator with its selectors read.
pub(super) enum Measure {
    Ratio { errors: Selector, total: Selector },
    Latency { success: Selector, total: Selector },
    Native { seconds: f64, total: Selector },
    Gauge(Selector),
}

impl Measure {
    /// `None` where a selector cannot be read.
    pub(super) fn of(indicator: &Indicator) -> Option<(Self, BTreeSet<String>)> {
        let read = |metric: &Metric| Selector::parse(&metric.metric);
        let set = |labels: &[String]| labels.iter().cloned().collect();
        if let Some(i) = &indicator.ratio {
            let (errors, total) = (read(&i.errors)?, read(&i.total)?);
            return Some((Self::Ratio { errors, total }, set(&i.grouping)));
        }
        if let Some(i) = &indicator.latency {
            let (success, total) = (read(&i.success)?, read(&i.total)?);
            return Some((Self::Latency { success, total }, set(&i.grouping)));
        }
        if let Some(i) = &indicator.latency_native {
            let seconds = Millis::from_promql(&i.latency)?.as_secs_f64();
            let total = read(&i.total)?;
            return Some((Self::Native { seconds, total }, set(&i.grouping)));
        }
        let i = indicator.bool_gauge.as_ref()?;
        Some((Self::Gauge(Selector::parse(&i.metric)?), set(&i.grouping)))
    }

    pub(super) fn total(&self) -> &Selector {
        match self {
            Self::Ratio { total, .. }
            | Self::Latency { total, .. }
            | Self::Native { total, .. } => total,
            Self::Gauge(gauge) => gauge,
        }
    }

    /// The error ratio over a window.
    pub(super) fn burn_rate(&self, window: &str, grouping: &BTreeSet<String>) -> String {
        let sum = sum(grouping);
        let rate = |s: &Selector| format!("{sum}(rate({s}[{window}]))");
        match self {
            Self::Ratio { errors, total } => format!("{} / {}", rate(errors), rate(total)),
            Self::Latency { success, total } => {
                let total = rate(total);
                format!("({total} - {}) / {total}", rate(success))
            }
            Self::Native { seconds, total } => {
                format!("1 - histogram_fraction(0, {seconds}, {})", rate(total))
            }
            Self::Gauge(gauge) => {
                let count = format!("{sum}(count_over_time({gauge}[{window}]))");
                format!("({count} - {sum}(sum_over_time({gauge}[{window}]))) / {count}")
            }
        }
    }

    /// The labels by which increases are kept apart: those asked for, those that only the part is selected by, and
    /// those of the total that match by a regular expression.
    pub(super) fn increase_grouping(&self, asked: &BTreeSet<String>) -> BTreeSet<String> {
        let mut grouping = asked.clone();
        let part = match self {
            Self::Ratio { errors, .. } => Some(errors),
            Self::Latency { success, .. } => Some(success),
            Self::Native { .. } => return grouping,
            Self::Gauge(gauge) => {
                grouping.extend(gauge.matchers.iter().map(|m| m.label.clone()));
                None
            }
        };
        let total = &self.total().matchers;
        for matcher in part.into_iter().flat_map(|part| &part.matchers) {
            let shared = total.iter().any(|m| m.label == matcher.label);
            if !shared && matcher.label != "le" {
                grouping.insert(matcher.label.clone());
            }
        }
        let regexes = total.iter().filter(|m| m.is_regex());
        grouping.extend(regexes.map(|m| m.label.clone()));
        grouping
    }
}

pub(super) fn sum(grouping: &BTreeSet<String>) -> String {
    if grouping.is_empty() {
        return "sum".to_owned();
    }
    let labels: Vec<&str> = grouping.iter().map(String::as_str).collect();
    format!("sum by ({}) ", labels.join(", "))
}

/// The metric without the endings that Pyrra takes off.
pub(super) fn stem(metric: &str, endings: &[&str]) -> String {
    let mut stem = metric;
    for ending in endings {
        stem = stem.strip_suffix(ending).unwrap_or(stem);
    }
    stem.to_owned()
}

pub(super) fn increase_name(metric: &str, window: &str) -> String {
    let stem = stem(metric, &["_total", "_count", "_bucket"]);
    format!("{stem}:increase{window}")
}

/// `slo="name"`.
pub(super) fn of_slo(name: &str) -> Matcher {
    Matcher::equal("slo", name)
}
