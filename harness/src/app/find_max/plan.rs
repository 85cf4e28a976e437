//! What is searched: options checked, and the load of one step.

use std::time::Duration;

use super::FindMaxOptions;
use crate::app::load::plan::{self, PlanError};
use crate::app::load::{connect_words, quoted};
use crate::capacity::{Judged, LatencyBound, Objective, ObjectiveError, Settings, objective};
use crate::load::preflight::most_files;
use crate::model::{Millis, PhaseId};
use crate::scenario::Plan;
use crate::scenario::plan::{
    Arrivals, BadEvents, Curve, MOST_ARRIVALS, ObjectiveExpectation, Phase, SloPlan,
};

/// A measured part is never longer; a rate that needs more for its samples is refused.
const LONGEST: Millis = Millis(60_000);

/// A measured part is planned for this much more than the samples that are needed.
const SPARE: f64 = 1.1;

/// Places in flight, at least and at most; a host has some 28,000 ports to one address.
const PLACES: (u32, u32) = (64, 20_000);

/// File descriptors that the process needs for itself.
const OWN_FILES: u64 = 64;

/// After the end of a step, late arrivals are sent for so long.
const DRAIN: Millis = Millis(1000);

/// Rests between steps: after one that held, and after an overload at most.
const SHORT_REST: Duration = Duration::from_millis(100);
const LONG_REST: Duration = Duration::from_secs(2);

/// How long a time-out is if nothing is said, and the rest after an overload: so many times the longest bound. A
/// time-out is a second at least.
const PATIENCE: u64 = 4;

/// A search, checked.
#[derive(Debug, Clone)]
pub(super) struct Search {
    pub(super) plan: Plan,
    pub(super) url: String,
    pub(super) target: String,
    pub(super) workers: Option<usize>,
    pub(super) objective: Objective,
    pub(super) settings: Settings,
    pub(super) step: Millis,
    pub(super) warm_up: Millis,
    pub(super) command: String,
    places: Option<u32>,
}

/// Why there is nothing to search.
#[derive(Debug, thiserror::Error)]
pub(super) enum SearchError {
    #[error(transparent)]
    Load(#[from] PlanError),
    #[error(transparent)]
    Objective(#[from] ObjectiveError),
    #[error("`--{flag} {value}` is not {wanted}")]
    Setting {
        flag: &'static str,
        value: f64,
        wanted: String,
    },
    #[error(
        "a time-out of {timeout} cannot show whether {bound} holds; let it be longer than every bound"
    )]
    Timeout {
        timeout: Millis,
        bound: LatencyBound,
    },
    #[error(
        "{bound} needs {samples} requests in a step, which at {rate}/s takes {needed}; start at {enough}/s or \
         above, or take a lower percentile"
    )]
    TooSlow {
        bound: LatencyBound,
        samples: u64,
        rate: f64,
        needed: Millis,
        enough: u64,
    },
    #[error(
        "steps of {} plan {planned:.0} requests at {rate}/s, more than a billion; take a shorter \
         `--step-duration` or `--warm-up`", length.to_promql()
    )]
    TooMany {
        length: Millis,
        planned: f64,
        rate: f64,
    },
}

/// The search of what was typed.
pub(super) fn search(options: &FindMaxOptions) -> Result<Search, SearchError> {
    let latency: Vec<LatencyBound> = options
        .objectives
        .iter()
        .map(|text| text.parse())
        .collect::<Result<_, _>>()?;
    let objective = Objective {
        latency,
        bad: objective::share(&options.errors)?,
    };
    let settings = options.settings;
    check(&settings)?;
    let mut load = options.load.clone();
    load.rate = Some(settings.start);
    if load.timeout.is_empty() {
        let ms = (objective.slowest_us() * PATIENCE).div_ceil(1000).max(1000);
        load.timeout = Millis(ms).to_promql();
    }
    let mut asked = plan::plan(&load)?;
    asked.plan.load.arrivals = if load.poisson {
        Arrivals::Poisson
    } else {
        Arrivals::Uniform
    };
    let timeout = asked.plan.load.timeout;
    if let Some(bound) = objective
        .latency
        .iter()
        .find(|bound| bound.below_us >= timeout.0 * 1000)
    {
        let bound = *bound;
        return Err(SearchError::Timeout { timeout, bound });
    }
    let search = Search {
        command: command(options),
        target: options.load.target.clone(),
        workers: options.load.threads,
        step: plan::duration(&options.step)?,
        warm_up: plan::duration(&options.warm_up)?,
        places: options.load.connections,
        url: asked.url,
        plan: asked.plan,
        objective,
        settings,
    };
    search.enough_samples()?;
    search.not_too_many()?;
    Ok(search)
}

fn check(settings: &Settings) -> Result<(), SearchError> {
    let Settings {
        start,
        limit,
        precision,
        ..
    } = *settings;
    let wrong = |flag, value, wanted: &str| {
        Err(SearchError::Setting {
            flag,
            value,
            wanted: wanted.to_owned(),
        })
    };
    if !(start > 0.0 && start <= plan::FASTEST) {
        return wrong("start", start, "a rate above 0 and at most 10000000");
    }
    if !(limit >= start && limit <= plan::FASTEST) {
        return wrong(
            "limit",
            limit,
            &format!("a rate from {start} (the start) to 10000000"),
        );
    }
    if !(0.01..=1.0).contains(&precision) {
        return wrong(
            "precision",
            precision * 100.0,
            "a precision from 1 to 100 %",
        );
    }
    Ok(())
}

impl Search {
    /// The load of one step.
    pub(super) fn at(&self, rate: f64, number: u32) -> Plan {
        let mut plan = self.plan.clone();
        let load = &mut plan.load;
        // Arrivals of its own for every step, the same again for the same command.
        load.seed = load.seed.wrapping_add(u64::from(number) - 1);
        load.max_in_flight = self.places(rate);
        load.drain = DRAIN + load.longest_thinking();
        let phase = |id: &str, duration, measured| Phase {
            id: PhaseId::new(id).unwrap_or_else(|_| PhaseId::stand_in()),
            duration,
            rate_from: rate,
            rate_to: rate,
            curve: Curve::Line,
            measured,
            faults: None,
        };
        load.phases = vec![
            phase("warm-up", self.warm_up, false),
            phase("measured", self.measured(rate), true),
        ];
        // The limit on the generator's own lateness follows from the tightest bound.
        plan.slos = vec![SloPlan {
            file: "the command line".into(),
            objective: crate::slo::Objective {
                name: "find-max".into(),
                description: self.objective.to_string(),
                target: 1.0 - self.objective.bad.0,
                period: self.step,
                queries: vec![],
            },
            bad: BadEvents::SlowerThan {
                bound: Millis(self.objective.tightest_us().div_ceil(1000)),
            },
            routes: vec![],
            remaining: None,
            expect: ObjectiveExpectation::Any,
        }];
        plan
    }

    /// How long to leave the service alone after a step: what an overload has left behind is not the next step's.
    pub(super) fn rest(&self, after: Judged) -> Duration {
        match after {
            Judged::Holds => SHORT_REST,
            // What disturbed the generator may pass.
            Judged::Invalid => LONG_REST,
            Judged::Breaks => {
                let patience = self.objective.slowest_us() * PATIENCE;
                Duration::from_micros(patience).clamp(SHORT_REST, LONG_REST)
            }
        }
    }

    pub(super) fn arrivals(&self) -> &'static str {
        match self.plan.load.arrivals {
            Arrivals::Uniform => "uniform",
            Arrivals::Poisson => "poisson",
        }
    }

    pub(super) fn headline(&self) -> String {
        let Settings {
            start,
            limit,
            precision,
            ..
        } = self.settings;
        format!(
            "capacity of {} under {}   {start}/s to {limit}/s, to {:.0} %, steps of {} ({} arrivals)",
            self.url,
            self.objective,
            precision * 100.0,
            self.warm_up + self.step,
            self.arrivals(),
        )
    }

    /// Places in flight at a rate. By Little's law a service whose requests take L on average has rate × L of them
    /// under way; with twice as many as the longest bound L asks for, arrivals wait for a place only when the
    /// service is far slower than the objective allows.
    fn places(&self, rate: f64) -> u32 {
        let little = 2.0 * rate * self.objective.slowest_us() as f64 / 1e6;
        self.places.unwrap_or_else(|| {
            let most = u64::from(PLACES.1).min(most_files().saturating_sub(OWN_FILES));
            (little.ceil() as u32).clamp(PLACES.0, (most as u32).max(PLACES.0))
        })
    }

    /// The measured part at a rate: long enough for the samples of every percentile.
    fn measured(&self, rate: f64) -> Millis {
        let seconds = self.objective.samples() as f64 * SPARE / rate;
        self.step.max(Millis((seconds * 1000.0).ceil() as u64))
    }

    /// The first step; that a later one is too much for a ledger is for machines to come.
    fn not_too_many(&self) -> Result<(), SearchError> {
        let rate = self.settings.start;
        let load = self.at(rate, 1).load;
        let planned: f64 = load.phases.iter().map(Phase::arrivals).sum();
        if planned <= MOST_ARRIVALS {
            return Ok(());
        }
        Err(SearchError::TooMany {
            length: load.duration(),
            planned,
            rate,
        })
    }

    fn enough_samples(&self) -> Result<(), SearchError> {
        let rate = self.settings.start;
        let needed = self.measured(rate);
        if needed <= self.step.max(LONGEST) {
            return Ok(());
        }
        let samples = self.objective.samples();
        let most_samples = |a: &&LatencyBound, b: &&LatencyBound| a.samples().cmp(&b.samples());
        match self.objective.latency.iter().max_by(most_samples) {
            None => Ok(()),
            Some(bound) => Err(SearchError::TooSlow {
                bound: *bound,
                samples,
                rate,
                needed,
                enough: (samples as f64 * SPARE / LONGEST.as_secs_f64()).ceil() as u64,
            }),
        }
    }
}

/// How to repeat it.
fn command(options: &FindMaxOptions) -> String {
    let (load, settings) = (&options.load, &options.settings);
    let mut words = vec!["sloproof find-max".to_owned(), quoted(&load.target)];
    for text in &options.objectives {
        words.push(format!("--objective {}", quoted(text)));
    }
    words.push(format!(
        "--errors {} --start {} --limit {} --precision {}% --repeats {} --step-duration {} --warm-up {}",
        quoted(&options.errors),
        settings.start,
        settings.limit,
        settings.precision * 100.0,
        settings.repeats,
        options.step,
        options.warm_up
    ));
    if plan::is_url(&load.target) {
        words.push(format!("-m {}", load.method));
        words.extend(
            load.headers
                .iter()
                .map(|line| format!("-H {}", quoted(line))),
        );
        words.extend(load.body.iter().map(|body| format!("-b {}", quoted(body))));
        words.extend((!load.timeout.is_empty()).then(|| format!("--timeout {}", load.timeout)));
    }
    words.extend(connect_words(&load.connect));
    words.extend((!load.poisson).then(|| "--uniform".to_owned()));
    words.extend(load.connections.map(|n| format!("-c {n}")));
    words.extend(load.threads.map(|n| format!("-t {n}")));
    words.extend(load.seed.map(|seed| format!("--seed {seed}")));
    words.join(" ")
}
