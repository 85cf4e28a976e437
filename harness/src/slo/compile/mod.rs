//! From objectives to Prometheus rules: recorded error ratios, burn-rate alerts, the budget that is left.
//!
//! The output is text, the same for the same input, with a comment wherever a number comes from somewhere.

mod alerts;
mod budget;
pub mod dashboard;
pub mod document;
pub mod loki;
mod ratio;
mod rows;
mod scalar;
mod selector;
pub mod style;
mod text;

pub use ratio::QueryError;

use super::definition::Slo;
use super::tier::{Tier, Urgency};
use super::tiers::Tiers;
use crate::model::Millis;

/// How to compile.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Divides every window, period and interval.
    pub time_scale: u32,
    /// Scrape interval of the series, not divided.
    pub scrape: Millis,
    /// Evaluation interval of the rules, before the division.
    pub interval: Millis,
    /// Least events in the long window for an alert to fire; `None`: no guard.
    pub min_events: Option<u64>,
    /// Whether missing series fire an alert of their own.
    pub absent: bool,
    /// Where runbooks are: `<base><AlertName>.md`; `None`: no annotation.
    pub runbooks: Option<String>,
    /// The alerts' tiers.
    pub tiers: Tiers,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            time_scale: 1,
            scrape: Millis(15_000),
            interval: Millis(30_000),
            min_events: None,
            absent: false,
            runbooks: None,
            tiers: Tiers::default(),
        }
    }
}

/// Why objectives have no rules.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CompileError {
    /// A query cannot be given a window.
    #[error("SLO `{slo}`: {source}")]
    Query {
        /// The SLO.
        slo: String,
        /// What is wrong with the query.
        source: QueryError,
    },
    /// The shortest window holds too few scrapes for a rate.
    #[error(
        "SLO `{slo}`: a window of {} has fewer than {LEAST_SCRAPES} scrapes of {}; lower --time-scale or --scrape",
        window.to_promql(), scrape.to_promql()
    )]
    WindowTooShort {
        /// The SLO.
        slo: String,
        /// The window as scaled.
        window: Millis,
        /// The scrape interval.
        scrape: Millis,
    },
    /// Two SLOs have one name.
    #[error("SLO `{slo}` is defined twice; its series could not be told apart, so rename one")]
    Twice {
        /// The name.
        slo: String,
    },
    /// Tiers are given for an SLO that is not compiled.
    #[error("there are tiers for SLO `{slo}`, which is not in the file; known: {known}")]
    UnknownSlo {
        /// The name.
        slo: String,
        /// The SLOs that are compiled.
        known: String,
    },
    /// Loki's ruler cannot do what a tier asks for.
    #[error(
        "SLO `{slo}`: Loki's ruler drops `keep_firing_for` without a word; leave keepFiringFor out of its tiers"
    )]
    KeepFiring {
        /// The SLO.
        slo: String,
    },
    /// The absence of a whole LogQL query cannot be asked for.
    #[error(
        "SLO `{slo}`: --absent needs its total as a plain pipeline, such as {{app=\"kv\"}} | json"
    )]
    AbsentLogs {
        /// The SLO.
        slo: String,
    },
    /// No error ratio can reach an alert's threshold.
    #[error(
        "SLO `{slo}`: its {urgency} at {factor} times the budget fires above {threshold}, and no ratio is above 1; raise the objective or give other tiers"
    )]
    Unreachable {
        /// The SLO.
        slo: String,
        /// `page` or `ticket`.
        urgency: &'static str,
        /// The tier's factor.
        factor: f64,
        /// `factor * budget`.
        threshold: f64,
    },
}

/// Scrapes that the shortest window must hold: with fewer, one late scrape empties it.
pub const LEAST_SCRAPES: u64 = 5;

/// Refuses what no rule file can hold: two SLOs of one name, tiers for an SLO that is not there.
fn consistent(slos: &[Slo], options: &Options) -> Result<(), CompileError> {
    let mut seen = std::collections::BTreeSet::new();
    for slo in slos {
        if !seen.insert(slo.objective.name.as_str()) {
            return Err(CompileError::Twice {
                slo: slo.objective.name.clone(),
            });
        }
    }
    match options.tiers.named().find(|name| !seen.contains(name)) {
        Some(name) => Err(CompileError::UnknownSlo {
            slo: name.to_owned(),
            known: seen.into_iter().collect::<Vec<_>>().join(", "),
        }),
        None => Ok(()),
    }
}

/// One rule file for all of `slos`, which came from `source`.
///
/// SLOs that count log lines are left to [`loki::compile()`].
pub fn compile(slos: &[Slo], source: &str, options: &Options) -> Result<String, CompileError> {
    let mut slos = compiled(slos, options)?;
    slos.retain(|slo| !loki::counts_logs(&slo.slo.indicator));
    text::file(&slos, source, options)
}

/// Queries that count events over a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// Those that broke the promise.
    pub bad: String,
    /// All of them.
    pub total: String,
}

/// The queries that count an SLO's events over a window that ends now, as PromQL.
pub fn counts(slo: &Slo, window: Millis) -> Result<Counts, CompileError> {
    let indicator = &slo.indicator;
    let bad = ratio::bad(indicator, |query| ratio::events(query, window));
    let both = bad.and_then(|bad| Ok((bad, ratio::events(&indicator.total_query, window)?)));
    match both {
        Ok((bad, total)) => Ok(Counts {
            bad: bad.join("\n"),
            total,
        }),
        Err(source) => Err(CompileError::Query {
            slo: slo.objective.name.clone(),
            source,
        }),
    }
}

fn compiled<'a>(slos: &'a [Slo], options: &Options) -> Result<Vec<Compiled<'a>>, CompileError> {
    consistent(slos, options)?;
    slos.iter().map(|slo| Compiled::of(slo, options)).collect()
}

/// One SLO with everything decided.
struct Compiled<'a> {
    slo: &'a Slo,
    /// Scaled.
    period: Millis,
    /// As in production, in the order of urgency.
    tiers: Vec<Tier>,
    /// Scaled, each once, ascending.
    windows: Vec<Millis>,
    time_scale: u32,
}

impl<'a> Compiled<'a> {
    fn of(slo: &'a Slo, options: &Options) -> Result<Self, CompileError> {
        let scale = options.time_scale;
        let period = slo.objective.period;
        let tiers = options.tiers.of(&slo.objective.name, period);
        let budget = slo.objective.budget();
        for tier in &tiers {
            if !super::burn::reachable(tier.factor, budget) {
                return Err(CompileError::Unreachable {
                    slo: slo.objective.name.clone(),
                    urgency: tier.urgency.as_str(),
                    factor: tier.factor,
                    threshold: tier.threshold(budget),
                });
            }
        }
        let scaled = tiers.iter().map(|tier| tier.scaled_down(scale));
        let mut windows: Vec<Millis> = scaled.flat_map(|tier| [tier.short, tier.long]).collect();
        windows.sort_unstable();
        windows.dedup();
        if let Some(shortest) = windows.first()
            && shortest.0 < LEAST_SCRAPES * options.scrape.0
        {
            return Err(CompileError::WindowTooShort {
                slo: slo.objective.name.clone(),
                window: *shortest,
                scrape: options.scrape,
            });
        }
        Ok(Self {
            slo,
            period: period.scaled_down(scale),
            tiers,
            windows,
            time_scale: scale,
        })
    }

    /// Alerts as pairs of name suffix and tiers: pages one by one in their order, tickets as one alert per `for`, so that
    /// one trouble is one ticket.
    fn alerts(&self) -> Vec<(String, Vec<Tier>)> {
        let of = |urgency| {
            self.tiers
                .iter()
                .filter(move |tier| tier.urgency == urgency)
        };
        let mut alerts: Vec<(String, Vec<Tier>)> = Vec::new();
        for (i, tier) in of(Urgency::Page).enumerate() {
            let suffix = match i {
                0 => "FastBurn".to_owned(),
                1 => "SlowBurn".to_owned(),
                i => format!("Burn{}", i + 1),
            };
            alerts.push((suffix, vec![*tier]));
        }
        let mut tickets: Vec<Vec<Tier>> = Vec::new();
        for tier in of(Urgency::Ticket) {
            let waits = |of: &Tier| (of.hold, of.keep_firing);
            let same = tickets
                .iter_mut()
                .find(|group| waits(&group[0]) == waits(tier));
            match same {
                Some(group) => group.push(*tier),
                None => tickets.push(vec![*tier]),
            }
        }
        for (i, group) in tickets.into_iter().enumerate() {
            let number = if i == 0 {
                String::new()
            } else {
                (i + 1).to_string()
            };
            alerts.push((format!("BudgetDrain{number}"), group));
        }
        alerts
    }

    /// `kv-availability` and `FastBurn` as `KvAvailabilityFastBurn`.
    fn alert_name(&self, suffix: &str) -> String {
        let word = |word: &str| {
            let mut letters = word.chars();
            let first = letters.next().map(|c| c.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        };
        let name = &self.slo.objective.name;
        name.split(['-', '_', '.']).map(word).collect::<String>() + suffix
    }

    /// `{slo="kv-availability"}`.
    fn selector(&self) -> String {
        format!("{{slo={}}}", scalar::quoted(&self.slo.objective.name))
    }

    fn query_error(&self, source: QueryError) -> CompileError {
        CompileError::Query {
            slo: self.slo.objective.name.clone(),
            source,
        }
    }
}
