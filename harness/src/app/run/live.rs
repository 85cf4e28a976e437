//! Progress while the load runs: rewritten in place on a terminal, a line per phase elsewhere.

use std::time::Duration;

use indicatif::ProgressBar;

use super::super::Console;
use super::desk::Desk;
use super::watch::Watch;
use crate::ledger::WindowRow;
use crate::load::Progress;
use crate::model::AlertState;
use crate::scenario::Plan;
use crate::scenario::plan::{Curve, Phase};

/// The progress display of one load.
pub(super) struct Live<'a> {
    console: &'a Console,
    plan: &'a Plan,
    bars: [ProgressBar; 4],
    told_phase: Option<usize>,
}

impl<'a> Live<'a> {
    /// A display; invisible until the first tick.
    pub(super) fn new(console: &'a Console, plan: &'a Plan) -> Self {
        Self {
            console,
            plan,
            bars: std::array::from_fn(|_| console.live_line()),
            told_phase: None,
        }
    }

    /// Shows the state at `elapsed` since the start of the load.
    pub(super) fn tick(
        &mut self,
        elapsed: Duration,
        desk: &Desk,
        progress: &Progress,
        watch: Option<&Watch>,
    ) {
        let phase = self.phase_at(elapsed);
        if !self.console.is_live() {
            if self.told_phase != phase {
                self.told_phase = phase;
                if let Some(index) = phase {
                    self.console.say(&self.phase_line(index));
                }
            }
            return;
        }
        // The last second whose outcomes are all known.
        let rows = desk.binder.latest();
        self.bars[0].set_message(format!("phase      {}", self.phases(elapsed)));
        self.bars[1].set_message(rates(rows, progress));
        self.bars[2].set_message(self.routes(rows));
        if let Some(watch) = watch {
            self.bars[3].set_message(alerts(watch));
        }
    }

    /// Takes the display away.
    pub(super) fn finish(self) {
        for bar in self.bars {
            bar.finish_and_clear();
        }
    }

    fn phase_at(&self, elapsed: Duration) -> Option<usize> {
        let mut end = Duration::ZERO;
        self.plan.load.phases.iter().position(|phase| {
            end += Duration::from(phase.duration);
            elapsed < end
        })
    }

    fn phase_line(&self, index: usize) -> String {
        let phase = &self.plan.load.phases[index];
        let rate = rate(phase);
        let faults = if phase.faults.is_some() {
            ", faults on"
        } else {
            ""
        };
        let measured = if phase.measured { "" } else { ", not measured" };
        format!(
            "  phase {:12} {} at {rate}{faults}{measured}",
            phase.id, phase.duration
        )
    }

    fn phases(&self, elapsed: Duration) -> String {
        let mut start = Duration::ZERO;
        let mut words = Vec::new();
        for phase in &self.plan.load.phases {
            let length = Duration::from(phase.duration);
            let word = match elapsed.checked_sub(start) {
                Some(inside) if inside >= length => format!("{} ✔", phase.id),
                Some(inside) => format!(
                    "{} ▶ {} s of {}",
                    phase.id,
                    inside.as_secs(),
                    phase.duration
                ),
                None => phase.id.to_string(),
            };
            words.push(word);
            start += length;
        }
        words.join("  ")
    }

    fn routes(&self, rows: &[WindowRow]) -> String {
        let words: Vec<String> = rows
            .iter()
            .map(|row| {
                let p95 = row.p95_us.map_or_else(
                    || "–".to_owned(),
                    |us| format!("{:.1} ms", us as f64 / 1000.0),
                );
                let errors = row.bad as f64 * 100.0 / row.planned.max(1) as f64;
                format!(
                    "{}  p95 {p95}  errors {errors:.1} %",
                    self.plan.load.routes[row.route].id
                )
            })
            .collect();
        format!("routes     {}", words.join("    "))
    }
}

fn rate(phase: &Phase) -> String {
    let (from, to) = (phase.rate_from, phase.rate_to);
    match &phase.curve {
        Curve::Line if from + to <= 0.0 => "the service's own pace".to_owned(),
        Curve::Line if (from - to).abs() < f64::EPSILON => format!("{from}/s"),
        Curve::Line => format!("{from}/s to {to}/s"),
        Curve::Steps { rates } => {
            let steps: Vec<String> = rates.iter().map(ToString::to_string).collect();
            format!("{}/s in steps", steps.join(", "))
        }
        Curve::Spike { peak, at, width } => format!("{from}/s, {peak}/s from {at} for {width}"),
        Curve::Sine { amplitude, period } => format!("{from}/s ± {amplitude}/s every {period}"),
        Curve::Replay { due_us } => format!("{} recorded times", due_us.len()),
    }
}

fn rates(rows: &[WindowRow], progress: &Progress) -> String {
    let planned: u64 = rows.iter().map(|r| r.planned).sum();
    let (sent, done) = (progress.sent(), progress.done());
    format!(
        "load       {planned}/s   {sent} sent   {} in flight",
        sent.saturating_sub(done)
    )
}

fn alerts(watch: &Watch) -> String {
    let words: Vec<String> = watch
        .active()
        .into_iter()
        .filter_map(|(name, state)| match state {
            AlertState::Firing => Some(format!("{name} firing")),
            AlertState::Pending => Some(format!("{name} pending")),
            AlertState::Inactive => None,
        })
        .collect();
    format!(
        "alerts     {}",
        if words.is_empty() {
            "all quiet".to_owned()
        } else {
            words.join("  ")
        }
    )
}
