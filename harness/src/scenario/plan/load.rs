//! The load half of the plan: all that `load` may know.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::faults::Faults;
use super::journeys::{FeederPlan, Journey};
use super::secret;
use crate::model::{Millis, PhaseId, RouteId};

/// More arrivals than a ledger is meant to hold.
pub const MOST_ARRIVALS: f64 = 1e9;

/// The load half of the plan; all that `load` may know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadPlan {
    /// Fixes arrivals, routes and keys.
    pub seed: u64,
    /// Spacing of arrivals.
    pub arrivals: Arrivals,
    /// No answer within this time after sending is `TimedOut`.
    pub timeout: Millis,
    /// Requests under way at once, at most; arrivals beyond it wait and their waiting counts.
    pub max_in_flight: u32,
    /// How long after the last phase late arrivals may still be sent before they become `NotSent`.
    pub drain: Millis,
    /// Routes, at least one; the steps of journeys among them, each journey's together and in order.
    pub routes: Vec<Route>,
    /// Journeys through some of the routes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub journeys: Vec<Journey>,
    /// Files of values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub feeders: Vec<FeederPlan>,
    /// Phases in order, at least one.
    pub phases: Vec<Phase>,
}

impl LoadPlan {
    /// The sum of the phases' durations.
    pub fn duration(&self) -> Millis {
        self.phases
            .iter()
            .fold(Millis(0), |sum, p| sum + p.duration)
    }

    /// Arrivals over all phases.
    pub fn arrivals_planned(&self) -> f64 {
        self.phases.iter().map(Phase::arrivals).sum()
    }

    /// How long the most thoughtful user thinks, over all steps of his journey.
    pub fn longest_thinking(&self) -> Millis {
        let journeys = self.journeys.iter().map(Journey::thinking);
        journeys.max().unwrap_or(Millis(0))
    }

    /// How many requests an arrival plans that the schedule gives to this route.
    pub fn requests_of(&self, route: usize) -> usize {
        let journey = self.journeys.iter().find(|j| j.first == route);
        journey.map_or(1, |journey| journey.steps.len())
    }

    /// The routes that are asked for an arrival of this route: itself, and the later steps of its journey.
    pub fn requests_after(&self, route: usize) -> std::ops::Range<usize> {
        route..route + self.requests_of(route)
    }

    /// What this route, if it is a later step of a journey, wants of the step before it: that step, and the names of the
    /// values that are to be in its reply.
    pub fn wanted_before(&self, id: &RouteId) -> Option<(&Route, impl Iterator<Item = &str>)> {
        let route = self.routes.iter().position(|route| route.id == *id)?;
        self.journeys.iter().find_map(|journey| {
            let step = route.checked_sub(journey.first + 1)?;
            journey.steps.get(step + 1)?;
            let names = journey.steps[step].extract.iter();
            Some((
                &self.routes[route - 1],
                names.map(|(name, _)| name.as_str()),
            ))
        })
    }

    /// Whether an arrival of this route needs a row of a feeder.
    pub fn uses(&self, route: usize, feeder: &FeederPlan) -> bool {
        let drawn = self.routes[route].weight > 0;
        drawn
            && self.routes[self.requests_after(route)]
                .iter()
                .any(|route| (0..feeder.columns.len()).any(|c| route.names(&feeder.placeholder(c))))
    }

    /// Requests per arrival, on average over the weights.
    pub fn requests_per_arrival(&self) -> f64 {
        self.per_arrival(|route| self.requests_of(route) as f64)
    }

    /// How long the user of an arrival thinks, on average over the weights.
    pub fn thinking_per_arrival(&self) -> Duration {
        let of = |route| {
            let journey = self.journeys.iter().find(|j| j.first == route);
            journey.map_or(0.0, |journey| journey.thinking().as_secs_f64())
        };
        Duration::from_secs_f64(self.per_arrival(of))
    }

    fn per_arrival(&self, of: impl Fn(usize) -> f64) -> f64 {
        let weights: f64 = self.routes.iter().map(|r| f64::from(r.weight)).sum();
        let routes = self.routes.iter().enumerate();
        let sum: f64 = routes.map(|(i, r)| f64::from(r.weight) * of(i)).sum();
        sum / weights.max(1.0)
    }
}

/// How arrivals are spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrivals {
    /// Evenly: the i-th arrival where the integral of the rate reaches i.
    Uniform,
    /// As a Poisson process with the same number of arrivals (sorted uniforms), from the seed.
    Poisson,
}

/// One kind of request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// Its name in this scenario.
    pub id: RouteId,
    /// HTTP method, upper case.
    pub method: String,
    /// Path and query template, starting with `/`; holds `{key}`-style placeholders.
    pub path: String,
    /// Header templates; those with credentials are written down without them.
    #[serde(serialize_with = "secret::headers")]
    pub headers: Vec<(String, String)>,
    /// Body template.
    pub body: Option<String>,
    /// Share of arrivals relative to the other routes; a journey's weight is that of its first step.
    pub weight: u32,
    /// Statuses that count as good.
    pub expect: Vec<u16>,
    /// How `{key}` is chosen.
    pub keys: Keys,
    /// Label values by which the service's telemetry names this route (without status).
    pub labels: RouteLabels,
}

impl Route {
    /// Whether its request has this placeholder, given without braces.
    pub fn names(&self, placeholder: &str) -> bool {
        let written = format!("{{{placeholder}}}");
        self.path.contains(&written)
            || self
                .headers
                .iter()
                .any(|(_, value)| value.contains(&written))
            || self.body.as_ref().is_some_and(|b| b.contains(&written))
    }
}

/// What the service calls a route. `None` = the signal has no such label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RouteLabels {
    /// Value of the route label, by default the path template without its query.
    pub route: String,
    /// Value of the method label, by default the method.
    pub method: String,
}

/// Key distributions; keys are `key-<n>` with n from 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keys {
    /// Each of `n` keys equally often.
    Uniform {
        /// Number of keys.
        n: u64,
    },
    /// Zipf with exponent `s` over `n` keys.
    Zipf {
        /// Number of keys.
        n: u64,
        /// Exponent, above 0.
        s: f64,
    },
    /// The arrival's number, modulo `n`.
    Sequence {
        /// Number of keys.
        n: u64,
    },
}

/// A stretch of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// Its name.
    pub id: PhaseId,
    /// How long it lasts; above zero.
    pub duration: Millis,
    /// Arrivals per second at its start.
    pub rate_from: f64,
    /// Arrivals per second at its end.
    pub rate_to: f64,
    /// How the rate goes from one to the other.
    #[serde(default, skip_serializing_if = "Curve::is_line")]
    pub curve: Curve,
    /// Whether its latencies count for objectives and the summary.
    pub measured: bool,
    /// What is broken on purpose while it lasts; `None` = nothing.
    pub faults: Option<Faults>,
}

/// The rate over a phase.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Curve {
    /// A straight line between the phase's two rates.
    #[default]
    Line,
    /// Levels of equal length, at least one.
    Steps {
        /// Arrivals per second of each.
        rates: Vec<f64>,
    },
    /// The phase's first rate, but another for a while; the spike lies within the phase.
    Spike {
        /// Arrivals per second of the spike.
        peak: f64,
        /// Its start, from the start of the phase.
        at: Millis,
        /// Its length.
        width: Millis,
    },
    /// A wave around the phase's first rate.
    Sine {
        /// Arrivals per second above and below; at most the mean.
        amplitude: f64,
        /// Length of one swing, above zero.
        period: Millis,
    },
    /// Recorded arrivals instead of a rate; the phase's rates are their mean.
    Replay {
        /// Microseconds from the start of the phase, in order, none beyond its end.
        due_us: Vec<u64>,
    },
}

impl Curve {
    fn is_line(&self) -> bool {
        *self == Self::Line
    }
}

impl Phase {
    /// The integral of the rate over the phase.
    pub fn expected_arrivals(&self) -> f64 {
        let length = self.duration.as_secs_f64();
        match &self.curve {
            Curve::Line => f64::midpoint(self.rate_from, self.rate_to) * length,
            Curve::Steps { rates } => {
                rates.iter().sum::<f64>() * length / rates.len().max(1) as f64
            }
            Curve::Spike { peak, width, .. } => {
                let width = width.as_secs_f64();
                self.rate_from * (length - width) + peak * width
            }
            Curve::Sine { amplitude, period } => {
                let (period, turn) = (period.as_secs_f64(), std::f64::consts::TAU);
                let swing = amplitude * period / turn;
                self.rate_from * length + swing * (1.0 - (turn * length / period).cos())
            }
            Curve::Replay { due_us } => due_us.len() as f64,
        }
    }

    /// How many arrivals it plans: whole ones.
    pub fn arrivals(&self) -> f64 {
        self.expected_arrivals().round()
    }

    /// The highest rate it asks for; of recorded arrivals, the mean.
    pub fn peak_rate(&self) -> f64 {
        let ends = self.rate_from.max(self.rate_to);
        match &self.curve {
            Curve::Line | Curve::Replay { .. } => ends,
            Curve::Steps { rates } => rates.iter().copied().fold(0.0, f64::max),
            Curve::Spike { peak, .. } => ends.max(*peak),
            Curve::Sine { amplitude, .. } => ends + amplitude,
        }
    }
}
