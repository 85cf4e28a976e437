//! The checked fault set: what a [`FaultSpec`] becomes once every field is known to be good.

use axum::http::StatusCode;

use super::{
    FaultSpec, RouteFaultSpec, counter_fault::CounterFault, dice::Dice, route_fault::RouteFault,
};
use crate::endpoint::METHODS;

const MAX_LATENCY_MS: u64 = 60_000;

/// Rules in force. Their dice start at the first roll, so setting a set again repeats its decisions.
#[derive(Debug, Default)]
pub(super) struct FaultSet {
    pub(super) spec: FaultSpec,
    pub(super) inner: Vec<RouteFault>,
    pub(super) outer: Vec<RouteFault>,
    pub(super) drop_counter: Option<CounterFault>,
}

/// All mistakes of a fault set, each with the path of its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct FaultSetError(pub Vec<String>);

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
                let dice = Dice::new(seed, first_stream + i);
                Some(RouteFault::new(rule, status, dice))
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
            check_ratio("telemetry.drop_counter.ratio", rule.ratio, &mut mistakes);
            CounterFault::new(rule, Dice::new(seed, 3 << 32))
        });
        if !mistakes.is_empty() {
            return Err(FaultSetError(mistakes));
        }
        Ok(Self {
            spec,
            inner,
            outer,
            drop_counter,
        })
    }

    /// Kinds of fault and whether each can strike now. The names are labels: all of them, always.
    pub(super) fn active(&self) -> [(&'static str, bool); 5] {
        [
            ("inner_error", self.inner.iter().any(RouteFault::can_fail)),
            ("inner_latency", self.inner.iter().any(RouteFault::delays)),
            ("outer_error", self.outer.iter().any(RouteFault::can_fail)),
            ("outer_latency", self.outer.iter().any(RouteFault::delays)),
            (
                "drop_counter",
                self.drop_counter
                    .as_ref()
                    .is_some_and(CounterFault::can_drop),
            ),
        ]
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
    check_ratio(&format!("{field}.error_ratio"), rule.error_ratio, mistakes);
    if rule.latency_ms > MAX_LATENCY_MS {
        mistakes.push(format!(
            "{field}.latency_ms: must be at most {MAX_LATENCY_MS}"
        ));
    }
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

fn check_ratio(field: &str, ratio: f64, mistakes: &mut Vec<String>) {
    // Written so that NaN is a mistake too.
    if !(0.0..=1.0).contains(&ratio) {
        mistakes.push(format!("{field}: must be from 0 to 1"));
    }
}
