//! What is searched: options checked, and the load of one step.

use std::time::Duration;

use super::FindMaxOptions;
use crate::app::load::plan::{self, PlanError};
use crate::app::load::{connect_words, quoted, request_words};
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

/// Places in flight, at least, and at most unless a scenario has more; a host has some 28,000 ports to one address.
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
    if plan::is_url(&load.target) {
        // The steps have rates and durations of their own.
        load.rate = Some(settings.start);
        let ms = (objective.slowest_us() * PATIENCE).div_ceil(1000).max(1000);
        load.timeout.get_or_insert(Millis(ms).to_promql());
    }
    let mut asked = plan::plan(&load)?;
    asked.plan.load.arrivals = if options.poisson {
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

    /// Places in flight at a rate: what `-c` says, or as many as the objective needs, and not fewer than the scenario
    /// has.
    ///
    /// By Little's law, arrivals that stay for S on average are rate × S at once. One of a route stays for its request,
    /// one of a journey for all its requests and for the thinking between them. With twice as many places as that is
    /// with every request as long as the longest bound, arrivals wait for a place only when the service is far slower
    /// than the objective allows.
    fn places(&self, rate: f64) -> u32 {
        let load = &self.plan.load;
        let requests = load.requests_per_arrival() * self.objective.slowest_us() as f64 / 1e6;
        let stays = requests + load.thinking_per_arrival().as_secs_f64();
        let little = (2.0 * rate * stays).ceil() as u32;
        self.places.unwrap_or_else(|| {
            let files = most_files().saturating_sub(OWN_FILES);
            let files = u32::try_from(files).unwrap_or(u32::MAX);
            let wanted = little.min(PLACES.1).max(load.max_in_flight);
            wanted.min(files).max(PLACES.0)
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
        let planned = load.arrivals_planned();
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
    words.extend(request_words(load));
    words.extend(connect_words(&load.connect));
    words.extend((!options.poisson).then(|| "--uniform".to_owned()));
    words.extend(load.connections.map(|n| format!("-c {n}")));
    words.extend(load.threads.map(|n| format!("-t {n}")));
    words.extend(load.seed.map(|seed| format!("--seed {seed}")));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::load::{ConnectPlan, LoadOptions};

    /// Of what stands under `load:`, with a bound of 100 ms.
    fn of_scenario(load: &str, connections: Option<u32>) -> Search {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shop.yaml");
        let text = format!(
            "apiVersion: sloproof.dev/v1
kind: Scenario
metadata: {{ name: shop, purpose: places }}
spec:
  target: {{ url: http://127.0.0.1:1 }}
  telemetry: {{}}
  load:
    phases: [{{ name: steady, duration: 1m, rate: 1/s }}]
{load}"
        );
        std::fs::write(&file, text).unwrap();
        search(&FindMaxOptions {
            load: LoadOptions {
                target: file.display().to_string(),
                connections,
                duration: None,
                rate: None,
                threads: None,
                timeout: None,
                method: None,
                headers: vec![],
                body: None,
                connect: ConnectPlan::default(),
                target_version: None,
                poisson: false,
                seed: None,
                out: folder.path().into(),
                json: false,
            },
            poisson: true,
            objectives: vec!["p99 < 100ms".into()],
            errors: "1%".into(),
            settings: Settings {
                start: 100.0,
                limit: 100_000.0,
                precision: 0.05,
                repeats: 1,
                retries: 0,
            },
            step: "5s".into(),
            warm_up: "1s".into(),
        })
        .unwrap()
    }

    const BUYER: &str = "    journeys:
      - name: buyer
        steps:
          - { name: look, request: GET /look }
          - { name: order, request: POST /order, thinkTime: 2s }
          - { name: pay, request: POST /pay, thinkTime: 1s }
";

    #[test]
    fn whoever_thinks_keeps_his_place_and_needs_it_for_every_step() {
        let routes =
            "    maxInFlight: 1\n    routes: [{ name: cart, request: GET /cart, weight: 1 }]\n";
        assert_eq!(of_scenario(routes, None).places(1000.0), 200);
        let journey = format!("    maxInFlight: 100\n    drain: 10s\n{BUYER}");
        // Twice 1000/s × (3 × 0.1 s + 3 s).
        assert_eq!(of_scenario(&journey, None).places(1000.0), 6600);
        // Half the arrivals are users of the journey: twice 1000/s × (2 × 0.1 s + 1.5 s).
        let both = format!("{routes}    drain: 10s\n{BUYER}").replace(": 1\n", ": 100\n");
        assert_eq!(of_scenario(&both, None).places(1000.0), 3400);
    }

    #[test]
    fn a_scenario_has_at_least_the_places_that_it_names_unless_the_command_line_does() {
        let load = "    maxInFlight: 700\n    routes: [{ name: cart, request: GET /cart }]\n";
        assert_eq!(of_scenario(load, None).places(1000.0), 700);
        assert_eq!(of_scenario(load, None).places(10_000.0), 2000);
        assert_eq!(of_scenario(load, Some(16)).places(10_000.0), 16);
        assert_eq!(
            of_scenario(load, Some(16)).at(1000.0, 1).load.max_in_flight,
            16
        );
    }
}
