//! Lies of the log, checked and ready to roll.

use std::time::Duration;

use super::{LogFaultSpec, StatusFilter, dice::Dice, log_spec::LogLie};
use crate::{endpoint::METHODS, telemetry::Level};

/// Fields of a JSON request line that can be missing.
const FIELDS: [&str; 12] = [
    "ts", "level", "msg", "method", "route", "status", "latency_ms", "bytes", "request_id", "trace_id", "span_id", "error",
];

const MAX_DELAY_MS: u64 = 60_000;

/// Kinds of lies, as labels.
pub(super) const KINDS: [&str; 6] = [
    "log_dropped",
    "log_duplicated",
    "log_delayed",
    "log_prefixed",
    "log_wrong_level",
    "log_field_missing",
];

/// One rule.
#[derive(Debug)]
pub(super) struct LogFault {
    lie: LogLie,
    ratio: f64,
    route: Option<String>,
    method: Option<String>,
    status: Option<StatusFilter>,
    dice: Dice,
}

/// What the rules go by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestFacts {
    /// One of the known methods.
    pub method: String,
    /// Route template.
    pub route: String,
    /// As recorded.
    pub status: u16,
}

/// What becomes of one line, all rules together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineLies {
    /// Not written at all.
    pub dropped: bool,
    /// Written twice.
    pub duplicated: bool,
    /// Written so much later; the delays of all rules, added.
    pub delay: Duration,
    /// Stands before it; empty: nothing.
    pub prefix: String,
    /// The level that it claims.
    pub level: Option<Level>,
    /// Fields that are missing.
    pub without: Vec<String>,
}

impl LogFault {
    pub(super) fn new(spec: &LogFaultSpec, dice: Dice) -> Self {
        Self {
            lie: spec.lie.clone(),
            ratio: spec.ratio,
            route: spec.route.clone(),
            method: spec.method.clone(),
            status: spec.status,
            dice,
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        self.lie.kind()
    }

    pub(super) fn can_lie(&self) -> bool {
        self.ratio > 0.0
    }

    fn meets(&self, facts: &RequestFacts) -> bool {
        let same = |rule: &Option<String>, fact: &String| rule.as_ref().is_none_or(|r| r == fact);
        same(&self.route, &facts.route)
            && same(&self.method, &facts.method)
            && self.status.is_none_or(|filter| filter.matches(facts.status))
    }

    fn strike(&self, lies: &mut LineLies) {
        match &self.lie {
            LogLie::Dropped => lies.dropped = true,
            LogLie::Duplicated => lies.duplicated = true,
            LogLie::Delayed { ms } => lies.delay += Duration::from_millis(*ms),
            LogLie::Prefixed { prefix } => lies.prefix.push_str(prefix),
            LogLie::WrongLevel { level } => lies.level = Some(*level),
            LogLie::FieldMissing { field } => lies.without.push(field.clone()),
        }
    }
}

/// Rolls every matching rule; `None` when the line stays honest. Only matching lines are numbered.
pub(super) fn roll(rules: &[LogFault], facts: &RequestFacts) -> Option<LineLies> {
    let mut lies = LineLies::default();
    for rule in rules.iter().filter(|rule| rule.meets(facts)) {
        if rule.dice.roll(rule.ratio) {
            rule.strike(&mut lies);
        }
    }
    (lies != LineLies::default()).then_some(lies)
}

/// Notes every mistake of one rule.
pub(super) fn check(field: &str, rule: &LogFaultSpec, routes: &[&str], mistakes: &mut Vec<String>) {
    if !(0.0..=1.0).contains(&rule.ratio) {
        mistakes.push(format!("{field}.ratio: must be from 0 to 1"));
    }
    if rule.route.as_deref().is_some_and(|route| !routes.contains(&route)) {
        let known = routes.join(", ");
        mistakes.push(format!("{field}.route: unknown route, known are {known}"));
    }
    if rule.method.as_deref().is_some_and(|method| !METHODS.contains(&method)) {
        let known = METHODS.join(", ");
        mistakes.push(format!("{field}.method: unknown method, known are {known}"));
    }
    match &rule.lie {
        LogLie::Delayed { ms } if !(1..=MAX_DELAY_MS).contains(ms) => {
            mistakes.push(format!("{field}.lie.delayed.ms: must be from 1 to {MAX_DELAY_MS}"));
        }
        // A line feed would forge a line.
        LogLie::Prefixed { prefix }
            if !(1..=200).contains(&prefix.chars().count()) || prefix.contains(char::is_control) =>
        {
            mistakes.push(format!(
                "{field}.lie.prefixed.prefix: must be 1 to 200 printable characters"
            ));
        }
        LogLie::FieldMissing { field: name } if !FIELDS.contains(&name.as_str()) => {
            let known = FIELDS.join(", ");
            mistakes.push(format!("{field}.lie.field_missing.field: unknown field, known are {known}"));
        }
        _ => {}
    }
}
