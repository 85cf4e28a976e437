//! From milliseconds to percent of the axis.

use serde::Serialize;

use crate::report::document::TimelineInfo;
use crate::report::format::offset;

/// The common axis, from the start of the load to the settled moment or the last thing seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    pub(super) end_ms: i64,
}

/// A labelled moment.
#[derive(Debug, Serialize)]
pub(super) struct Tick {
    left: f64,
    label: String,
}

/// A stretch of the axis, in percent of its length.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Band {
    pub(super) left: f64,
    pub(super) width: f64,
}

impl Axis {
    /// `None` when nothing lasts.
    pub(super) fn of(info: &TimelineInfo) -> Option<Self> {
        let phases = info.phases.iter().map(|p| p.end_ms);
        let seconds = info
            .seconds
            .iter()
            .map(|s| i64::try_from(s.second.saturating_add(1).saturating_mul(1000)).unwrap_or(0));
        let end_ms = phases.chain(seconds).chain([info.end_ms]).max()?;
        (end_ms > 0).then_some(Self { end_ms })
    }

    /// Where a moment lies, kept within the axis.
    pub(super) fn percent(self, ms: i64) -> f64 {
        let share = ms as f64 / self.end_ms as f64;
        (share.clamp(0.0, 1.0) * 100_000.0).round() / 1000.0
    }

    /// Where a stretch lies.
    pub(super) fn band(self, start_ms: i64, end_ms: i64) -> Band {
        let left = self.percent(start_ms);
        let width = self.percent(end_ms.max(start_ms)) - left;
        Band {
            left,
            width: (width * 1000.0).round() / 1000.0,
        }
    }

    /// At most nine labels at round moments.
    pub(super) fn ticks(self) -> Vec<Tick> {
        const STEPS_S: [i64; 15] = [
            1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600,
        ];
        let step_ms = STEPS_S
            .into_iter()
            .map(|s| s * 1000)
            .find(|step| self.end_ms / step <= 8)
            .unwrap_or(self.end_ms);
        (0..=self.end_ms / step_ms)
            .map(|n| n * step_ms)
            // A label at the very end would hang over the edge.
            .filter(|ms| self.percent(*ms) <= 97.0)
            .map(|ms| Tick {
                left: self.percent(ms),
                label: offset(ms),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_outside_stay_on_the_axis() {
        let axis = Axis { end_ms: 80_000 };
        let places = [20_000, -5, 90_000].map(|ms| format!("{}", axis.percent(ms)));
        assert_eq!(places, ["25", "0", "100"]);
        let band = axis.band(60_000, 90_000);
        assert_eq!(
            band,
            Band {
                left: 75.0,
                width: 25.0
            }
        );
    }

    #[test]
    fn ticks_are_few_and_round() {
        let labels: Vec<String> = Axis { end_ms: 97_000 }
            .ticks()
            .into_iter()
            .map(|t| t.label)
            .collect();
        assert_eq!(
            labels,
            ["0 s", "15 s", "30 s", "45 s", "60 s", "75 s", "90 s"]
        );
    }
}
