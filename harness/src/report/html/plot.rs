//! Per-route plots as inline SVG. Only numbers are drawn, never a text of the document.

mod curve;
mod errors;
mod latency;
pub(in crate::report) mod theme;

use crate::report::document::{RouteSecond, TimelineInfo};
pub(super) use curve::curve;
pub(super) use errors::errors;
pub(super) use latency::latency;

/// Why a plot could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("a chart of the report cannot be drawn")]
pub struct PlotError(
    #[from]
    #[source]
    plotters::drawing::DrawingAreaErrorKind<std::io::Error>,
);

/// One route second by second.
pub(super) struct RouteSeconds<'a> {
    /// End of the axis in seconds, the same for all routes.
    end_s: f64,
    seconds: Vec<(f64, &'a RouteSecond)>,
}

impl<'a> RouteSeconds<'a> {
    /// The seconds in which something was due on the route.
    pub(super) fn of(timeline: &'a TimelineInfo, route: &str) -> Self {
        let seconds: Vec<(f64, &RouteSecond)> = timeline
            .seconds
            .iter()
            .flat_map(|s| s.routes.iter().map(|r| (s.second as f64, r)))
            .filter(|(_, r)| r.route == route)
            .collect();
        let last = seconds.last().map_or(0.0, |(second, _)| second + 1.0);
        Self {
            end_s: last.max(timeline.end_ms as f64 / 1000.0),
            seconds,
        }
    }
}
