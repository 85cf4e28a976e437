//! What an objective allows, in numbers that people can hold against their experience.

use serde::Serialize;

use super::burn;
use super::objective::Objective;
use super::oracle::{Step, predict};
use super::tier::{Tier, Urgency};
use crate::model::Millis;

/// Error ratios for which detection is told: everything fails, one in ten, one in a hundred.
pub const RATIOS: [f64; 3] = [1.0, 0.1, 0.01];

/// One objective, explained.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The SLO's name.
    pub slo: String,
    /// What it promises, in words.
    pub description: String,
    /// Share of events that must be good.
    pub target: f64,
    /// Share of events that may be bad.
    pub budget: f64,
    /// The period.
    pub period_ms: Millis,
    /// How long nothing may work at all until the whole budget is gone, under constant traffic.
    pub full_outage_ms: Millis,
    /// Events that may be bad; `None` without a rate.
    pub allowed: Option<Allowed>,
    /// Its alerts.
    pub tiers: Vec<TierExplanation>,
}

/// Counts at a constant rate, fractions and all.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Allowed {
    /// Events per second.
    pub rate: f64,
    /// Events of a day.
    pub day_total: f64,
    /// Those that may be bad.
    pub day_bad: f64,
    /// Events of the period.
    pub period_total: f64,
    /// Those that may be bad.
    pub period_bad: f64,
}

/// What one alert does about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TierExplanation {
    /// Page or ticket.
    pub urgency: Urgency,
    /// Long window.
    pub long_ms: Millis,
    /// Short window.
    pub short_ms: Millis,
    /// Burn rate above which it fires.
    pub factor: f64,
    /// Error ratio above which it fires.
    pub threshold: f64,
    /// Whether any error ratio is above the threshold.
    pub reachable: bool,
    /// Share of the budget that is gone when it fires.
    pub budget_spent: f64,
    /// Seconds until it fires at each of [`RATIOS`]; `None`: never.
    pub fires_after_s: [Option<f64>; 3],
    /// Seconds from the end of a total outage until it is quiet.
    pub resets_after_s: f64,
}

/// Explains `objective` and the alerts of `tiers`; `rate` is in events per second.
pub fn explain(objective: &Objective, tiers: &[Tier], rate: Option<f64>) -> Explanation {
    let (budget, period) = (objective.budget(), objective.period);
    let outage = burn::exhaustion(burn::burn_rate(1.0, budget), period);
    Explanation {
        slo: objective.name.clone(),
        description: objective.description.clone(),
        target: objective.target,
        budget,
        period_ms: period,
        full_outage_ms: Millis((outage * 1000.0).round() as u64),
        allowed: rate.map(|rate| {
            let (day, whole) = (rate * 86_400.0, rate * period.as_secs_f64());
            Allowed {
                rate,
                day_total: day,
                day_bad: day * budget,
                period_total: whole,
                period_bad: whole * budget,
            }
        }),
        tiers: tiers.iter().map(|tier| row(tier, budget, period)).collect(),
    }
}

fn row(tier: &Tier, budget: f64, period: Millis) -> TierExplanation {
    let step = |ratio| {
        let history = None;
        predict(tier, budget, period, Step { ratio, history })
    };
    TierExplanation {
        urgency: tier.urgency,
        long_ms: tier.long,
        short_ms: tier.short,
        factor: tier.factor,
        threshold: tier.threshold(budget),
        reachable: burn::reachable(tier.factor, budget),
        budget_spent: burn::budget_spent(tier.factor, period, tier.long),
        fires_after_s: RATIOS.map(|ratio| step(ratio).fires_after),
        resets_after_s: step(1.0).resets_after,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tier::workbook;
    use super::*;

    const MONTH: Millis = Millis(30 * 86_400_000);

    fn objective(target: f64) -> Objective {
        Objective {
            name: "n".into(),
            description: String::new(),
            target,
            period: MONTH,
            queries: Vec::new(),
        }
    }

    #[test]
    fn three_nines_allow_43_minutes_of_nothing() {
        let told = explain(&objective(0.999), &workbook(MONTH), Some(200.0));
        assert_eq!(told.full_outage_ms, Millis(2_592_000));
        let allowed = told.allowed.expect("a rate was given");
        assert!((allowed.day_total - 17_280_000.0).abs() < 1e-6);
        assert!((allowed.day_bad - 17_280.0).abs() < 1e-6);
        let fast = &told.tiers[0];
        assert!(fast.fires_after_s[0].is_some_and(|s| (s - 51.84).abs() < 1e-6));
        assert_eq!(fast.fires_after_s[2], None);
    }

    #[test]
    fn one_nine_has_pages_that_cannot_fire() {
        let told = explain(&objective(0.9), &workbook(MONTH), None);
        let reachable: Vec<bool> = told.tiers.iter().map(|tier| tier.reachable).collect();
        assert_eq!(reachable, [false, true, true, true]);
        assert_eq!(told.tiers[0].fires_after_s, [None; 3]);
    }
}
