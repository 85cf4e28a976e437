//! Scripts: what an arrival does beyond one request with nothing to fill in. A journey has one, and so has a single
//! route that takes values from a feeder.

use std::sync::Arc;
use std::time::Duration;

use super::feeder::Feeder;
use super::schedule::Schedule;
use super::wire::Reply;
use crate::scenario::plan::{Extract, LoadPlan};

/// The scripts of a plan; cloned for each worker.
#[derive(Debug, Clone)]
pub(crate) struct Scripts {
    /// By route; empty when no route has one, so that plain routes pay for a look at a length.
    by_route: Vec<Option<Arc<Script>>>,
    feeders: Vec<Feeder>,
    /// Ends of the phases: a later step belongs to the phase in which it is due.
    ends: Vec<Duration>,
}

/// The requests of one arrival, in order.
#[derive(Debug)]
pub(crate) struct Script {
    /// Names of the values, in their order.
    names: Vec<String>,
    /// Which column of which feeder is which value: the first ones.
    columns: Vec<(usize, usize)>,
    steps: Vec<Step>,
}

/// One request of a script.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) route: usize,
    pub(crate) think: Duration,
    /// Numbers of values and where the reply has them.
    extract: Vec<(usize, Extract)>,
}

impl Scripts {
    pub(crate) fn new(plan: &LoadPlan, schedule: &Arc<Schedule>) -> Self {
        let drawn = |route: usize| plan.routes[route].weight > 0;
        let scripts = (0..plan.routes.len()).map(|route| {
            let script = drawn(route).then(|| Script::new(plan, route))?;
            (!script.is_plain()).then(|| Arc::new(script))
        });
        let by_route: Vec<_> = scripts.collect();
        let mut end = Duration::ZERO;
        let ends = plan.phases.iter().map(|phase| {
            end += Duration::from(phase.duration);
            end
        });
        Self {
            by_route: if by_route.iter().any(Option::is_some) {
                by_route
            } else {
                vec![]
            },
            feeders: plan
                .feeders
                .iter()
                .map(|feeder| Feeder::new(plan, feeder, schedule))
                .collect(),
            ends: ends.collect(),
        }
    }

    /// The script of arrivals of a route; `None` for a single request with nothing to fill in.
    pub(crate) fn of(&self, route: usize) -> Option<&Arc<Script>> {
        self.by_route.get(route)?.as_ref()
    }

    /// Whether every arrival is a single request with nothing to fill in.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_route.is_empty()
    }

    /// Index of the phase at a time; after the last one, the last one.
    pub(crate) fn phase_at(&self, at: Duration) -> usize {
        let phase = self.ends.partition_point(|end| *end <= at);
        phase.min(self.ends.len().saturating_sub(1))
    }

    /// The end of the last phase.
    pub(crate) fn end(&self) -> Duration {
        self.ends.last().copied().unwrap_or(Duration::MAX)
    }

    /// Fills the values that come from feeders; `false` when one has no row left.
    pub(crate) fn fill(&self, script: &Script, seq: u64, values: &mut Vec<Vec<u8>>) -> bool {
        values.resize_with(script.names.len().max(values.len()), Vec::new);
        for (value, (feeder, column)) in values.iter_mut().zip(&script.columns) {
            let Some(row) = self.feeders[*feeder].row(seq) else {
                return false;
            };
            value.clear();
            value.extend_from_slice(&row[*column]);
        }
        true
    }
}

impl Script {
    /// What an arrival of a route does.
    pub(crate) fn new(plan: &LoadPlan, first: usize) -> Self {
        let routes = plan.requests_after(first);
        let mut names = Vec::new();
        let mut columns = Vec::new();
        for (number, feeder) in plan.feeders.iter().enumerate() {
            for column in 0..feeder.columns.len() {
                let name = feeder.placeholder(column);
                if plan.routes[routes.clone()].iter().any(|r| r.names(&name)) {
                    names.push(name);
                    columns.push((number, column));
                }
            }
        }
        let journey = plan.journeys.iter().find(|j| j.first == first);
        let steps = routes.enumerate().map(|(k, route)| {
            let Some(step) = journey.map(|journey| &journey.steps[k]) else {
                return Step {
                    route,
                    think: Duration::ZERO,
                    extract: vec![],
                };
            };
            let extract = step.extract.iter().map(|(name, from)| {
                let number = names.iter().position(|known| known == name);
                let number = number.unwrap_or_else(|| {
                    names.push(name.clone());
                    names.len() - 1
                });
                (number, from.clone())
            });
            Step {
                route,
                think: step.think.into(),
                extract: extract.collect(),
            }
        });
        let steps = steps.collect();
        Self {
            names,
            columns,
            steps,
        }
    }

    /// The names of its values: placeholders of its requests.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Its requests, at least one.
    pub(crate) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether it is one request with nothing to fill in.
    fn is_plain(&self) -> bool {
        self.steps.len() == 1 && self.names.is_empty()
    }
}

impl Step {
    /// Asks the next reply to keep what later steps want of it, and nothing else.
    pub(crate) fn ask(&self, reply: &mut Reply) {
        (reply.keep_head, reply.keep_body) = (false, false);
        for (_, from) in &self.extract {
            from.ask(reply);
        }
    }

    /// Takes what later steps want of a reply; `false` when something of it is not there.
    pub(crate) fn take(&self, reply: &Reply, values: &mut [Vec<u8>]) -> bool {
        let mut extract = self.extract.iter();
        extract.all(|(number, from)| from.take(reply, &mut values[*number]))
    }
}
