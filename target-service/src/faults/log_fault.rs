//! Lies of the log, checked and ready to roll.

use std::time::Duration;

use super::{LogFaultSpec, StatusFilter, course::Course, dice::Dice, log_spec::LogLie, mistakes};
use crate::{endpoint::METHODS, telemetry::Level};

/// Fields of a JSON request line that can be missing.
const FIELDS: [&str; 13] = [
    "level",
    "msg",
    "method",
    "route",
    "status",
    "latency_ms",
    "bytes",
    "request_id",
    "trace_id",
    "span_id",
    "error",
    "cause",
    "note",
];

const MAX_DELAY_MS: u64 = 60_000;

/// Kinds of lies, as labels.
const KINDS: [&str; 6] = [
    "log_dropped",
    "log_duplicated",
    "log_delayed",
    "log_prefixed",
    "log_wrong_level",
    "log_field_missing",
];

/// First stream of dice, clear of those of the other layers.
const STREAM: u64 = 16 << 32;

/// All rules, in order.
#[derive(Debug, Default)]
pub(super) struct LogFaults(Vec<LogFault>);

#[derive(Debug)]
struct LogFault {
    lie: LogLie,
    ratio: f64,
    route: Option<String>,
    method: Option<String>,
    status: Option<StatusFilter>,
    course: Course,
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

impl LogFaults {
    /// Notes every mistake of every rule.
    pub(super) fn check(
        rules: &[LogFaultSpec],
        routes: &[&str],
        seed: u64,
        mistakes: &mut Vec<String>,
    ) -> Self {
        let checked = rules.iter().zip(0_u64..).map(|(rule, i)| {
            let field = format!("telemetry.logs[{i}]");
            check_rule(&field, rule, routes, mistakes);
            LogFault {
                lie: rule.lie.clone(),
                ratio: rule.ratio,
                route: rule.route.clone(),
                method: rule.method.clone(),
                status: rule.status,
                course: Course::check(&field, rule.course.as_ref(), mistakes),
                dice: Dice::new(seed, STREAM + i),
            }
        });
        Self(checked.collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every kind, and how strong its strongest rule is now.
    pub(super) fn strengths(&self, elapsed: Duration) -> impl Iterator<Item = (&'static str, f64)> {
        KINDS.into_iter().map(move |kind| {
            let rules = self
                .0
                .iter()
                .filter(|rule| rule.lie.kind() == kind && rule.ratio > 0.0);
            let strengths = rules.map(|rule| rule.course.strength(elapsed));
            (kind, strengths.fold(0.0, f64::max))
        })
    }

    /// Rolls every matching rule; `None` when the line stays honest. Only matching lines are numbered.
    pub(super) fn roll(&self, facts: &RequestFacts, elapsed: Duration) -> Option<LineLies> {
        let mut lies = LineLies::default();
        for rule in self.0.iter().filter(|rule| rule.meets(facts)) {
            if rule.dice.roll(rule.ratio * rule.course.strength(elapsed)) {
                rule.strike(&mut lies);
            }
        }
        (lies != LineLies::default()).then_some(lies)
    }
}

impl LogFault {
    fn meets(&self, facts: &RequestFacts) -> bool {
        let same = |rule: &Option<String>, fact: &String| rule.as_ref().is_none_or(|r| r == fact);
        same(&self.route, &facts.route)
            && same(&self.method, &facts.method)
            && self
                .status
                .is_none_or(|filter| filter.matches(facts.status))
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

fn check_rule(field: &str, rule: &LogFaultSpec, routes: &[&str], mistakes: &mut Vec<String>) {
    mistakes::ratio(&format!("{field}.ratio"), rule.ratio, mistakes);
    if rule
        .route
        .as_deref()
        .is_some_and(|route| !routes.contains(&route))
    {
        let known = routes.join(", ");
        mistakes.push(format!("{field}.route: unknown route, known are {known}"));
    }
    if rule
        .method
        .as_deref()
        .is_some_and(|method| !METHODS.contains(&method))
    {
        let known = METHODS.join(", ");
        mistakes.push(format!("{field}.method: unknown method, known are {known}"));
    }
    match &rule.lie {
        LogLie::Delayed { ms } if !(1..=MAX_DELAY_MS).contains(ms) => {
            mistakes.push(format!(
                "{field}.lie.delayed.ms: must be from 1 to {MAX_DELAY_MS}"
            ));
        }
        // A line feed would forge a line.
        LogLie::Prefixed { prefix }
            if !(1..=200).contains(&prefix.chars().count())
                || prefix.contains(char::is_control) =>
        {
            mistakes.push(format!(
                "{field}.lie.prefixed.prefix: must be 1 to 200 printable characters"
            ));
        }
        LogLie::FieldMissing { field: name } if !FIELDS.contains(&name.as_str()) => {
            let known = FIELDS.join(", ");
            mistakes.push(format!(
                "{field}.lie.field_missing.field: unknown field, known are {known}"
            ));
        }
        _ => {}
    }
}
