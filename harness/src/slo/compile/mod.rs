//! From objectives to Prometheus rules: recorded error ratios, burn-rate alerts, the budget that is left.
//!
//! The output is text, the same for the same input, with a comment wherever a number comes from somewhere.

mod alerts;
mod budget;
mod ratio;
pub mod style;
mod text;

pub use ratio::QueryError;

use super::definition::Slo;
use super::tier::{Tier, workbook};
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
    /// Other tiers than the workbook's.
    pub tiers: Option<Vec<Tier>>,
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
            tiers: None,
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

/// One rule file for all of `slos`, which came from `source`.
pub fn compile(slos: &[Slo], source: &str, options: &Options) -> Result<String, CompileError> {
    let compiled = slos
        .iter()
        .map(|slo| Compiled::of(slo, options))
        .collect::<Result<Vec<Compiled<'_>>, CompileError>>()?;
    text::file(&compiled, source, options)
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
        let tiers = options
            .tiers
            .clone()
            .unwrap_or_else(|| workbook(period).to_vec());
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

    fn query_error(&self, source: QueryError) -> CompileError {
        CompileError::Query {
            slo: self.slo.objective.name.clone(),
            source,
        }
    }
}
