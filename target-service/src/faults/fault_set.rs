//! The checked fault set: what a [`FaultSpec`] becomes once every field is known to be good.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    FaultSpec,
    counter_fault::CounterFault,
    course::Course,
    dice::Dice,
    health::HealthFaults,
    inner_rule::InnerStrike,
    log_fault::LogFaults,
    mistakes,
    outer_rule::OuterStrike,
    resource::ResourceFaults,
    rule::{self, Rule, RuleSpec, Seed},
};

/// Rules in force. Their dice start at the first roll, so setting a set again repeats its decisions.
#[derive(Debug)]
pub(super) struct FaultSet {
    /// When it was put: courses count from here.
    pub(super) since: Instant,
    pub(super) spec: FaultSpec,
    pub(super) inner: Vec<Rule<InnerStrike>>,
    pub(super) outer: Vec<Rule<OuterStrike>>,
    pub(super) resource: ResourceFaults,
    pub(super) health: HealthFaults,
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
            resource: ResourceFaults::default(),
            health: HealthFaults::default(),
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
        let inner = layer("inner", &spec.inner, routes, (seed, 1 << 32), &mut mistakes);
        let outer = layer("outer", &spec.outer, routes, (seed, 2 << 32), &mut mistakes);
        let resource = ResourceFaults::check(&spec.resource, &mut mistakes);
        let health = HealthFaults::check(&spec.health, &mut mistakes);
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
            resource,
            health,
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
        let drop_counter = self.drop_counter.as_ref();
        let drop_counter = drop_counter.map_or(0.0, |fault| fault.strength(elapsed));
        rule::strengths(&self.inner, elapsed)
            .chain(rule::strengths(&self.outer, elapsed))
            .chain(self.resource.strengths(elapsed))
            .chain(self.health.strengths(elapsed))
            .chain([("drop_counter", drop_counter)])
            .chain(self.logs.strengths(elapsed))
            .collect()
    }
}

fn layer<S: RuleSpec>(
    name: &str,
    rules: &[S],
    routes: &[&'static str],
    (seed, first_stream): (u64, u64),
    mistakes: &mut Vec<String>,
) -> Vec<Rule<S::Strike>> {
    let mut checked = Vec::new();
    for (rule, i) in rules.iter().zip(0_u64..) {
        let field = format!("{name}[{i}]");
        let stream = first_stream + i;
        let seed = Seed { seed, stream };
        checked.push(Rule::check(&field, rule, routes, seed, mistakes));
    }
    checked
}
