//! Percentiles of the response time over time.

use plotters::prelude::*;

use super::theme::{Ink, canvas, finish, label, stroke};
use super::{PlotError, RouteSeconds};
use crate::report::document::RouteSecond;
use crate::report::format::millis;

/// Height of the drawing, half of it on the page.
const HEIGHT: u32 = 440;

/// Lines for p50, p95 and p99; empty when no second has any.
pub(in crate::report::html) fn latency(route: &RouteSeconds<'_>) -> Result<String, PlotError> {
    type Pick = fn(&RouteSecond) -> Option<f64>;
    let series: [(Ink, Pick); 3] = [
        (Ink::P50, |s| s.p50_ms),
        (Ink::P95, |s| s.p95_ms),
        (Ink::P99, |s| s.p99_ms),
    ];
    let largest = series
        .iter()
        .flat_map(|(_, pick)| route.seconds.iter().filter_map(|(_, s)| pick(s)))
        .filter(|ms| ms.is_finite())
        .fold(0.0, f64::max);
    if largest <= 0.0 || route.end_s <= 0.0 {
        return Ok(String::new());
    }
    let mut svg = String::new();
    {
        let area = canvas(&mut svg, HEIGHT);
        let mut chart = ChartBuilder::on(&area)
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(110)
            .build_cartesian_2d(0.0..route.end_s, 0.0..largest * 1.08)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(Ink::Grid.colour())
            .light_line_style(TRANSPARENT)
            .axis_style(Ink::Grid.colour())
            .label_style(label())
            .x_labels(7)
            .y_labels(4)
            .x_label_formatter(&|s| format!("{s:.0} s"))
            .y_label_formatter(&|ms| millis(*ms))
            .draw()?;
        for (ink, pick) in series {
            for run in runs(route, pick) {
                chart.draw_series(LineSeries::new(run, stroke(ink)))?;
            }
        }
        area.present()?;
    }
    Ok(finish(
        &svg,
        HEIGHT,
        "response time percentiles over the seconds of the run",
    ))
}

/// Runs of neighbouring seconds with a value: where nothing is known, nothing is drawn.
fn runs(route: &RouteSeconds<'_>, pick: fn(&RouteSecond) -> Option<f64>) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
    for (second, row) in &route.seconds {
        let Some(ms) = pick(row).filter(|ms| ms.is_finite()) else {
            continue;
        };
        let x = second + 0.5;
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|(last, _)| x - last < 1.5) => run.push((x, ms)),
            _ => runs.push(vec![(x, ms)]),
        }
    }
    runs
}
