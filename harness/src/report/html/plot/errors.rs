//! Bad outcomes per second.

use plotters::prelude::*;

use super::theme::{Ink, canvas, finish, label};
use super::{PlotError, RouteSeconds};
use crate::report::format::number;

/// Height of the drawing, half of it on the page.
const HEIGHT: u32 = 300;

/// A bar for each second with a bad outcome; empty when there is none.
pub(in crate::report::html) fn errors(route: &RouteSeconds<'_>) -> Result<String, PlotError> {
    let largest = route.seconds.iter().map(|(_, s)| s.bad).max().unwrap_or(0) as f64;
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
            .y_label_formatter(&|n| number(*n))
            .draw()?;
        let bars = route
            .seconds
            .iter()
            .filter(|(_, s)| s.bad > 0)
            .map(|(second, s)| {
                Rectangle::new(
                    [(second + 0.1, 0.0), (second + 0.9, s.bad as f64)],
                    Ink::Bad.colour().filled(),
                )
            });
        chart.draw_series(bars)?;
        area.present()?;
    }
    Ok(finish(
        &svg,
        HEIGHT,
        "bad outcomes over the seconds of the run",
    ))
}
