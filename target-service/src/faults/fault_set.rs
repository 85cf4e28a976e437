//! The checked fault set: what a [`FaultSpec`] becomes once every field is known to be good.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    FaultSpec, MetricLies,
    health::HealthFaults,
    inner_rule::InnerStrike,
    log_fault::LogFaults,
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
    pub(super) metric_lies: Option<Arc<MetricLies>>,
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
            metric_lies: None,
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
        let metric_lies = MetricLies::check(&spec.telemetry, routes, seed, &mut mistakes);
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
            metric_lies: metric_lies.map(Arc::new),
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
        rule::strengths(&self.inner, elapsed)
            .chain(rule::strengths(&self.outer, elapsed))
            .chain(self.resource.strengths(elapsed))
            .chain(self.health.strengths(elapsed))
            .chain(MetricLies::strengths(self.metric_lies.as_deref()))
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
