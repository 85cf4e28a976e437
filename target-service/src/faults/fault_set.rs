//! The checked fault set: what a [`FaultSpec`] becomes once every field is known to be good.

use std::time::Duration;

use axum::http::StatusCode;
use tokio::time::Instant;

use super::{
    FaultSpec, RouteFaultSpec, counter_fault::CounterFault, course::Course, dice::Dice,
    log_fault::LogFaults, mistakes, route_fault::RouteFault,
};
use crate::endpoint::METHODS;

const MAX_LATENCY_MS: u64 = 60_000;

/// Rules in force. Their dice start at the first roll, so setting a set again repeats its decisions.
#[derive(Debug)]
pub(super) struct FaultSet {
    /// When it was put: courses count from here.
    since: Instant,
    pub(super) spec: FaultSpec,
    pub(super) inner: Vec<RouteFault>,
    pub(super) outer: Vec<RouteFault>,
    pub(super) drop_counter: Option<CounterFault>,
    pub(super) logs: LogFaults,
}

/// All mistakes of a fault set, each with the path of its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct FaultSetError(pub Vec<String>);

impl Default for FaultSet {
    fn default() -> Self {
        Self {
            since: Instant::now(),
            spec: FaultSpec::default(),
            inner: Vec::new(),
            outer: Vec::new(),
            drop_counter: None,
            logs: LogFaults::default(),
        }
    }
}

impl FaultSet {
    /// Checks `spec` against the known `routes`. Reports all mistakes at once.
    pub(super) fn check(
        spec: FaultSpec,
        routes: &[&'static str],
        seed: u64,
    ) -> Result<Self, FaultSetError> {
        let mut mistakes = Vec::new();
        // Stream numbers leave room: adding an inner rule must not change the decisions of an outer one.
        let mut layer = |name, rules: &[RouteFaultSpec], default_status, first_stream| {
            let checked = rules.iter().zip(0_u64..).filter_map(|(rule, i)| {
                let field = format!("{name}[{i}]");
                let status = check_rule(&field, rule, routes, default_status, &mut mistakes)?;
                let course = Course::check(&field, rule.course.as_ref(), &mut mistakes);
                let dice = Dice::new(seed, first_stream + i);
                Some(RouteFault::new(rule, status, course, dice))
            });
            checked.collect()
        };
        let inner = layer(
            "inner",
            &spec.inner,
            StatusCode::INTERNAL_SERVER_ERROR,
            1 << 32,
        );
        let outer = layer("outer", &spec.outer, StatusCode::BAD_GATEWAY, 2 << 32);
        let drop_counter = spec.telemetry.drop_counter.as_ref().map(|rule| {
            let field = "telemetry.drop_counter";
            mistakes::ratio(&format!("{field}.ratio"), rule.ratio, &mut mistakes);
            let course = Course::check(field, rule.course.as_ref(), &mut mistakes);
            CounterFault::new(rule, course, Dice::new(seed, 3 << 32))
        });
        let logs = LogFaults::check(&spec.telemetry.logs, routes, seed, &mut mistakes);
        if !mistakes.is_empty() {
            return Err(FaultSetError(mistakes));
        }
        Ok(Self {
            since: Instant::now(),
            spec,
            inner,
            outer,
            drop_counter,
            logs,
        })
    }

    /// Time since the set was put, for [`Course::strength`].
    pub(super) fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    /// Kinds of fault and how strong each is now, 0 when it cannot strike. The names are labels: all of
    /// them, always.
    pub(super) fn strengths(&self) -> Vec<(&'static str, f64)> {
        let elapsed = self.elapsed();
        let strongest = |rules: &[RouteFault], has: fn(&RouteFault) -> bool| {
            let strengths = rules.iter().filter(|rule| has(rule));
            strengths
                .map(|rule| rule.strength(elapsed))
                .fold(0.0, f64::max)
        };
        let drop_counter = self.drop_counter.as_ref();
        let mut strengths = vec![
            ("inner_error", strongest(&self.inner, RouteFault::can_fail)),
            ("inner_latency", strongest(&self.inner, RouteFault::delays)),
            ("outer_error", strongest(&self.outer, RouteFault::can_fail)),
            ("outer_latency", strongest(&self.outer, RouteFault::delays)),
            (
                "drop_counter",
                drop_counter.map_or(0.0, |fault| fault.strength(elapsed)),
            ),
        ];
        strengths.extend(self.logs.strengths(elapsed));
        strengths
    }
}

/// The status to fail with, or `None` with at least one mistake noted.
fn check_rule(
    field: &str,
    rule: &RouteFaultSpec,
    routes: &[&'static str],
    default_status: StatusCode,
    mistakes: &mut Vec<String>,
) -> Option<StatusCode> {
    let before = mistakes.len();
    if !routes.contains(&rule.route.as_str()) {
        let known = routes.join(", ");
        mistakes.push(format!("{field}.route: unknown route, known are {known}"));
    }
    if let Some(method) = &rule.method
        && !METHODS.contains(&method.as_str())
    {
        let known = METHODS.join(", ");
        mistakes.push(format!("{field}.method: unknown method, known are {known}"));
    }
    mistakes::ratio(&format!("{field}.error_ratio"), rule.error_ratio, mistakes);
    let latency = format!("{field}.latency_ms");
    mistakes::at_most(&latency, rule.latency_ms, MAX_LATENCY_MS, mistakes);
    let status = match rule.status {
        None => Some(default_status),
        Some(code @ 400..=599) => StatusCode::from_u16(code).ok(),
        Some(_) => None,
    };
    if status.is_none() {
        mistakes.push(format!("{field}.status: must be from 400 to 599"));
    }
    status.filter(|_| mistakes.len() == before)
}
