//! `sloproof slo simulate`: when each alert goes pending, fires and resets, and what the budget is by then.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;

use super::compile::tiers_of;
use super::plot;
use super::words::{maybe_span, span, table};
use crate::app::judgement::Record;
use crate::app::run_dir::RunDir;
use crate::app::{Console, Failure, PASS};
use crate::gate::exit;
use crate::model::{AlertState, Millis};
use crate::report::format;
use crate::slo::oracle::{Delay, Grid, Profile, Run, Second, Step, evaluate, predict};
use crate::slo::{Objective, Tier, Tiers, Urgency};

/// What happens to the requests.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// The error ratio from one moment to another.
    Step,
    /// A linear rise to it over the first half, then constant.
    Ramp,
    /// On for a tenth of `every`, again and again.
    Pulses {
        /// From one pulse to the next.
        every: Millis,
    },
    /// The bad outcomes of a run, second by second.
    Ledger(PathBuf),
}

/// What to simulate.
#[derive(Debug, Clone)]
pub struct SimulateOptions {
    /// An OpenSLO file.
    pub file: PathBuf,
    /// One SLO of it; all when `None`.
    pub slo: Option<String>,
    /// A file of tiers; the SRE workbook's unless set.
    pub tiers: Option<PathBuf>,
    /// What happens.
    pub shape: Shape,
    /// Error ratio while it happens.
    pub errors: f64,
    /// How long it happens.
    pub lasts: Millis,
    /// Requests per second.
    pub rate: f64,
    /// Healthy traffic that Prometheus saw before; `None`: the longest window.
    pub history: Option<Millis>,
    /// Scrape interval.
    pub scrape: Millis,
    /// Evaluation interval.
    pub interval: Millis,
    /// Divides every window, and the period.
    pub time_scale: u32,
    /// Print JSON.
    pub json: bool,
    /// Write a picture here.
    pub plot: Option<PathBuf>,
}

/// One objective, simulated.
#[derive(Debug, Serialize)]
pub(super) struct Simulation {
    pub(super) slo: String,
    pub(super) target: f64,
    pub(super) period_ms: Millis,
    pub(super) time_scale: u32,
    pub(super) starts_at_ms: Millis,
    pub(super) ends_at_ms: Millis,
    /// Share of the period's budget that is gone in the end, at the mean rate of the timeline.
    pub(super) budget_spent: f64,
    pub(super) tiers: Vec<TierSimulation>,
    #[serde(skip)]
    pub(super) profile: Profile,
}

/// One alert over the timeline.
#[derive(Debug, Serialize)]
pub(super) struct TierSimulation {
    pub(super) urgency: Urgency,
    pub(super) long_ms: Millis,
    pub(super) short_ms: Millis,
    pub(super) factor: f64,
    pub(super) threshold: f64,
    /// Closed form, for a step only: seconds from its start to firing, and from its end to the reset.
    pub(super) predicted: Option<Predicted>,
    /// On the grid of scrapes and evaluations, times from the timeline's beginning.
    pub(super) firing_ms: Vec<(Millis, Option<Millis>)>,
    pub(super) pending_at_ms: Option<Millis>,
    #[serde(skip)]
    pub(super) run: Run,
}

/// The closed form and the latest moment that real intervals allow.
#[derive(Debug, Serialize)]
pub(super) struct Predicted {
    pub(super) fires_after_s: Option<f64>,
    pub(super) resets_after_s: f64,
    pub(super) at_most_later_s: f64,
    pub(super) budget_spent: Option<f64>,
}

/// Simulates each objective of the file.
pub fn simulate(console: &Console, options: &SimulateOptions) -> Result<u8, Failure> {
    let Some(objectives) = super::objectives(console, &options.file, options.slo.as_deref())?
    else {
        return Ok(exit::USAGE);
    };
    let Some(tiers) = tiers_of(console, options.tiers.as_deref())? else {
        return Ok(exit::USAGE);
    };
    let told = objectives
        .iter()
        .map(|objective| one(objective, &tiers, options))
        .collect::<Result<Vec<Simulation>, Failure>>()?;
    if let Some(path) = &options.plot {
        let svg = plot::draw(&told).context("cannot draw the plot")?;
        std::fs::write(path, svg)
            .with_context(|| format!("cannot write {}", path.display()))
            .map_err(Failure::usage)?;
        console.say(&format!("plot written to {}", path.display()));
    }
    if options.json {
        console.print(&serde_json::to_string_pretty(&told).context("cannot encode")?)?;
    } else {
        let texts: Vec<String> = told.iter().map(text).collect();
        console.print(&texts.join("\n\n"))?;
    }
    Ok(PASS)
}

fn one(
    objective: &Objective,
    tiers: &Tiers,
    options: &SimulateOptions,
) -> Result<Simulation, Failure> {
    let scale = options.time_scale;
    let period = objective.period.scaled_down(scale);
    let tiers = tiers.of(&objective.name, objective.period);
    let tiers: Vec<Tier> = tiers.iter().map(|tier| tier.scaled_down(scale)).collect();
    let longest = tiers.iter().map(|tier| tier.long).max().unwrap_or_default();
    let history = options.history.unwrap_or(longest);
    let (profile, starts, lasts) = timeline(options, history, longest)?;
    let budget = objective.budget();
    let grid = Grid {
        scrape: options.scrape,
        scrape_phase: Millis(0),
        evaluate: options.interval,
        evaluate_phase: Millis(0),
    };
    let closed_form = matches!(options.shape, Shape::Step);
    let totals = profile.totals();
    let seconds = profile.length().as_secs_f64();
    let expected = totals.total / seconds * period.as_secs_f64();
    Ok(Simulation {
        slo: objective.name.clone(),
        target: objective.target,
        period_ms: period,
        time_scale: scale,
        starts_at_ms: starts,
        ends_at_ms: starts + lasts,
        budget_spent: totals.bad / (budget * expected),
        tiers: tiers
            .iter()
            .map(|tier| {
                let run = evaluate(tier, budget, &profile, grid);
                let step = Step {
                    ratio: options.errors,
                    history: options.history,
                };
                TierSimulation {
                    urgency: tier.urgency,
                    long_ms: tier.long,
                    short_ms: tier.short,
                    factor: tier.factor,
                    threshold: tier.threshold(budget),
                    predicted: closed_form
                        .then(|| predicted(tier, budget, period, step, lasts, options)),
                    firing_ms: run.firing(),
                    pending_at_ms: run
                        .transitions
                        .iter()
                        .find(|t| t.state != AlertState::Inactive)
                        .map(|t| t.at),
                    run,
                }
            })
            .collect(),
        profile,
    })
}

fn predicted(
    tier: &Tier,
    budget: f64,
    period: Millis,
    step: Step,
    lasts: Millis,
    options: &SimulateOptions,
) -> Predicted {
    let told = predict(tier, budget, period, step);
    // An outage that ends first does not fire.
    let fires = told
        .fires_after
        .filter(|seconds| *seconds < lasts.as_secs_f64());
    let delay = Delay {
        scrape: options.scrape,
        recording: Millis(0),
        alerting: options.interval,
    };
    Predicted {
        fires_after_s: fires,
        resets_after_s: told.resets_after,
        at_most_later_s: delay.longest(tier.hold).as_secs_f64(),
        budget_spent: fires.and(told.budget_spent),
    }
}

/// The timeline, when trouble begins in it, and how long it lasts.
fn timeline(
    options: &SimulateOptions,
    history: Millis,
    longest: Millis,
) -> Result<(Profile, Millis, Millis), Failure> {
    let (errors, lasts, rate) = (options.errors, options.lasts, options.rate);
    let seconds = |length: Millis| length.0.div_ceil(1000) as usize;
    // Afterwards the longest window must be able to clear.
    let whole = seconds(history + lasts + longest);
    let profile = match &options.shape {
        Shape::Step => Profile::step(whole, rate, errors, history, lasts),
        Shape::Ramp => Profile::ramp(whole, rate, errors, history, Millis(lasts.0 / 2), lasts),
        Shape::Pulses { every } => {
            let mut profile =
                Profile::pulses(whole, rate, errors, history, Millis(every.0 / 10), *every);
            let end = seconds(history + lasts);
            profile
                .seconds
                .iter_mut()
                .skip(end)
                .for_each(|second| second.bad = 0.0);
            profile
        }
        Shape::Ledger(run) => {
            let record = Record::read(&RunDir::open(run)).map_err(Failure::usage)?;
            let mut seconds: Vec<Second> = Vec::new();
            for row in &record.ledger.windows {
                let at = row.second as usize;
                if seconds.len() <= at {
                    seconds.resize(at + 1, Second::default());
                }
                seconds[at].total += row.planned as f64;
                seconds[at].bad += row.bad as f64;
            }
            let profile = Profile {
                seconds,
                counted: Second::default(),
            };
            let length = profile.length();
            return Ok((profile, Millis(0), length));
        }
    };
    // A counter that stood at 0 is extrapolated less; one of a service in use never did.
    Ok((profile.after(rate * 1e6, rate * 1e3), history, lasts))
}

fn text(told: &Simulation) -> String {
    let since = |at: Millis| at.as_secs_f64() - told.starts_at_ms.as_secs_f64();
    let after = |at: Millis| at.as_secs_f64() - told.ends_at_ms.as_secs_f64();
    let mut out = format!(
        "{}: {} over {}",
        told.slo,
        format::target(told.target),
        span(told.period_ms.as_secs_f64())
    );
    if told.time_scale > 1 {
        let _ = write!(out, ", all times divided by {}", told.time_scale);
    }
    let _ = write!(
        out,
        "\n  budget gone in the end: {}\n\n",
        format::share(told.budget_spent)
    );
    let rows = told.tiers.iter().map(|tier| {
        let fired = tier.firing_ms.first();
        let reset = tier.firing_ms.last().and_then(|(_, end)| *end);
        let predicted = tier.predicted.as_ref();
        let bounds = |p: &Predicted| match p.fires_after_s {
            Some(seconds) => format!("{} .. {}", span(seconds), span(seconds + p.at_most_later_s)),
            None => "never".to_owned(),
        };
        vec![
            tier.urgency.as_str().to_owned(),
            format!(
                "{} / {}",
                tier.long_ms.to_promql(),
                tier.short_ms.to_promql()
            ),
            format::number(tier.factor),
            predicted.map_or_else(|| "-".to_owned(), bounds),
            maybe_span(fired.map(|(at, _)| since(*at))),
            match (fired, reset) {
                (None, _) => "-".to_owned(),
                (Some(_), Some(at)) if after(at) >= 0.0 => span(after(at)),
                (Some(_), Some(_)) => "before its end".to_owned(),
                (Some(_), None) => "still firing".to_owned(),
            },
            tier.firing_ms.len().to_string(),
            predicted
                .and_then(|p| p.budget_spent)
                .map_or_else(|| "-".to_owned(), format::share),
        ]
    });
    let head = [
        "alert",
        "windows",
        "burn",
        "must fire after",
        "fires after",
        "resets after",
        "times",
        "budget gone by then",
    ];
    out + &table(&head, rows.collect())
}
