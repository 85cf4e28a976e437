//! The grid that the alerts are tested on: 4 tiers, 6 error ratios and 3 periods, one outage each.

use std::path::PathBuf;
use std::process::Command;

use sloproof::model::Millis;
use sloproof::slo::oracle::Profile;
use sloproof::slo::tier::Tier;
use sloproof::slo::{Indicator, Objective, Part, Slo};

pub(crate) const RATIOS: [f64; 6] = [1.0, 0.15, 0.10, 0.02, 0.01, 0.005];
pub(crate) const DAYS: [u64; 3] = [7, 30, 90];
pub(crate) const MINUTE: u64 = 60_000;
/// Requests per second: such that every ratio is a whole number of failures per minute.
const RATE: f64 = 100.0;
/// What both counters, good and bad, have counted when the timeline begins.
pub(crate) const COUNTED: [f64; 2] = [1e6 - 1e3, 1e3];

/// An installed program of the stack.
pub(crate) fn tool(name: &str) -> PathBuf {
    let output = Command::new(env!("CARGO_BIN_EXE_sloproof"))
        .args(["stack", "install"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text
        .lines()
        .find(|line| line.split_whitespace().next() == Some(name));
    let path = line.and_then(|line| line.split_whitespace().nth(2));
    PathBuf::from(path.expect("the program is installed and its path told"))
}

/// 99.9 % of the requests that `selector` selects, over so many days.
pub(crate) fn slo(name: &str, days: u64, selector: &str) -> Slo {
    let separator = if selector.is_empty() { "" } else { "," };
    Slo {
        objective: Objective {
            name: name.into(),
            description: String::new(),
            target: 0.999,
            period: Millis(days * 24 * 60 * MINUTE),
            queries: Vec::new(),
        },
        service: Some("kv".into()),
        labels: [].into(),
        indicator: Indicator {
            part: Part::Bad,
            part_query: format!("requests_total{{{selector}{separator}status=\"500\"}}"),
            total_query: format!("requests_total{{{selector}}}"),
        },
    }
}

/// One outage, in minutes; for tiers that look back over one hour and five minutes.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) ratio: f64,
    /// Healthy minutes before the outage.
    pub(crate) history: u64,
    pub(crate) outage: u64,
    pub(crate) recovery: u64,
}

impl Case {
    /// Length of the whole timeline.
    pub(crate) fn minutes(&self) -> u64 {
        self.history + self.outage + self.recovery
    }

    pub(crate) fn profile(&self) -> Profile {
        let (start, length) = (Millis(self.history * MINUTE), Millis(self.outage * MINUTE));
        let seconds = (self.minutes() * 60) as usize;
        let [good, bad] = COUNTED;
        Profile::step(seconds, RATE, self.ratio, start, length).after(good + bad, bad)
    }

    /// How many good and bad requests each minute adds, and for how many minutes.
    pub(crate) fn parts(&self) -> [([f64; 2], u64); 3] {
        let per_minute = |ratio: f64| {
            let bad = (ratio * RATE * 60.0).round();
            [RATE * 60.0 - bad, bad]
        };
        [
            (per_minute(0.0), self.history),
            (per_minute(self.ratio), self.outage),
            (per_minute(0.0), self.recovery),
        ]
    }
}

/// Every tier as if its long window were an hour; ratios and burn rates do not know the difference.
pub(crate) fn scaled(tier: &Tier) -> Tier {
    tier.scaled_down((tier.long.0 / (60 * MINUTE)) as u32)
}
