//! One rule of a layer: what may befall the requests of one route.

use std::time::Duration;

use axum::http::StatusCode;

use super::{
    course::{Course, CourseSpec},
    dice::Dice,
    mistakes,
};
use crate::endpoint::{METHODS, Subject};

const MAX_LATENCY_MS: u64 = 60_000;

/// What can befall a request of one layer, latency aside.
pub(super) trait Strike: Copy {
    /// Label of latency in this layer.
    const LATENCY: &'static str;
    /// Labels of everything in this layer.
    const KINDS: &'static [&'static str];
    /// Status of an error that names none.
    const STATUS: StatusCode;

    /// One of [`Strike::KINDS`].
    fn kind(self) -> &'static str;
}

/// What the rules of all layers have in common, as written.
pub(super) struct Written<'a> {
    pub(super) route: &'a str,
    pub(super) method: Option<&'a str>,
    pub(super) status: Option<u16>,
    pub(super) latency_ms: u64,
    pub(super) latency_ratio: Option<f64>,
    pub(super) course: Option<&'a CourseSpec>,
}

/// A rule as written.
pub(super) trait RuleSpec {
    type Strike: Strike;

    fn written(&self) -> Written<'_>;

    /// Name of the ratio's field, ratio and strike, in the order in which they win. The place in the list
    /// decides the dice, so new ones go to the end. Mistakes in other fields are noted.
    fn chances(
        &self,
        field: &str,
        status: StatusCode,
        mistakes: &mut Vec<String>,
    ) -> Vec<(&'static str, Option<f64>, Self::Strike)>;
}

/// A checked rule, ready to roll.
#[derive(Debug)]
pub(super) struct Rule<S> {
    route: String,
    method: Option<String>,
    course: Course,
    latency: Duration,
    latency_ratio: f64,
    latency_dice: Dice,
    chances: Vec<Chance<S>>,
}

#[derive(Debug)]
struct Chance<S> {
    ratio: f64,
    dice: Dice,
    strike: S,
}

/// What the rules of a layer do to one request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hit<S> {
    /// Wait this long first; the latencies of all matching rules, added.
    pub(super) latency: Duration,
    /// Then do this instead of going on.
    pub(super) strike: Option<S>,
}

/// Where a rule's dice come from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seed {
    pub(super) seed: u64,
    /// Of the rule; its kinds of fault have streams far above it.
    pub(super) stream: u64,
}

impl Seed {
    fn dice(self, kind: u64) -> Dice {
        Dice::new(self.seed, self.stream + (kind << 40))
    }
}

impl<S: Strike> Rule<S> {
    /// Notes every mistake of the rule at `field`.
    pub(super) fn check(
        field: &str,
        spec: &impl RuleSpec<Strike = S>,
        routes: &[&'static str],
        seed: Seed,
        mistakes: &mut Vec<String>,
    ) -> Self {
        let written = spec.written();
        mistakes::route(&format!("{field}.route"), written.route, routes, mistakes);
        if let Some(method) = written.method
            && !METHODS.contains(&method)
        {
            let known = METHODS.join(", ");
            mistakes.push(format!("{field}.method: unknown method, known are {known}"));
        }
        let latency_ms = format!("{field}.latency_ms");
        mistakes::at_most(&latency_ms, written.latency_ms, MAX_LATENCY_MS, mistakes);
        let latency_ratio = written.latency_ratio.unwrap_or(1.0);
        mistakes::ratio(&format!("{field}.latency_ratio"), latency_ratio, mistakes);
        let status = status(field, written.status, S::STATUS, mistakes);
        let course = Course::check(field, written.course, mistakes);
        let mut chances = Vec::new();
        for ((name, ratio, strike), kind) in
            spec.chances(field, status, mistakes).into_iter().zip(0..)
        {
            let ratio = ratio.unwrap_or_default();
            mistakes::ratio(&format!("{field}.{name}"), ratio, mistakes);
            let dice = seed.dice(kind);
            chances.push(Chance {
                ratio,
                dice,
                strike,
            });
        }
        Self {
            route: written.route.to_owned(),
            method: written.method.map(ToOwned::to_owned),
            course,
            latency: Duration::from_millis(written.latency_ms),
            latency_ratio,
            latency_dice: seed.dice(chances.len() as u64),
            chances,
        }
    }

    /// How strong faults of this kind are now, in `0..=1`.
    fn strength(&self, kind: &str, elapsed: Duration) -> f64 {
        let latency = kind == S::LATENCY && !self.latency.is_zero() && self.latency_ratio > 0.0;
        let strikes = |chance: &Chance<S>| chance.strike.kind() == kind && chance.ratio > 0.0;
        if latency || self.chances.iter().any(strikes) {
            self.course.strength(elapsed)
        } else {
            0.0
        }
    }

    fn meets(&self, subject: Subject) -> bool {
        let any_or_same = |method: &String| method == subject.method;
        self.route == subject.route && self.method.as_ref().is_none_or(any_or_same)
    }
}

fn status(
    field: &str,
    written: Option<u16>,
    default: StatusCode,
    mistakes: &mut Vec<String>,
) -> StatusCode {
    let checked = match written {
        None => Some(default),
        Some(code @ 400..=599) => StatusCode::from_u16(code).ok(),
        Some(_) => None,
    };
    checked.unwrap_or_else(|| {
        mistakes.push(format!("{field}.status: must be from 400 to 599"));
        default
    })
}

/// Rolls all dice of every matching rule, so that no decision depends on another; the first strike wins.
///
/// `elapsed` is asked only when a rule matches: most of the time there are none, and a clock is not free.
pub(super) fn roll<S: Strike>(
    rules: &[Rule<S>],
    subject: Subject,
    elapsed: impl Fn() -> Duration,
) -> Hit<S> {
    let mut hit = Hit {
        latency: Duration::ZERO,
        strike: None,
    };
    for rule in rules.iter().filter(|rule| rule.meets(subject)) {
        let strength = rule.course.strength(elapsed());
        if !rule.latency.is_zero() && rule.latency_dice.roll(rule.latency_ratio) {
            hit.latency += rule.latency.mul_f64(strength);
        }
        for chance in &rule.chances {
            if chance.dice.roll(chance.ratio * strength) {
                hit.strike = hit.strike.or(Some(chance.strike));
            }
        }
    }
    hit
}

/// Every kind of the layer with the strength of its strongest rule.
pub(super) fn strengths<S: Strike>(
    rules: &[Rule<S>],
    elapsed: Duration,
) -> impl Iterator<Item = (&'static str, f64)> {
    S::KINDS.iter().map(move |kind| {
        let strengths = rules.iter().map(|rule| rule.strength(kind, elapsed));
        (*kind, strengths.fold(0.0, f64::max))
    })
}
