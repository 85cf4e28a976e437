//! The percentile curve, both axes logarithmic: the tail is where the truth about latency lies.

use plotters::prelude::*;

use super::PlotError;
use super::theme::{Ink, canvas, finish, label, stroke};
use crate::report::format::millis;

/// Response and service time by percentile; empty without points.
///
/// The horizontal axis is 1 / (1 − q): 10 is the 90th percentile, 100 the 99th. Where the two lines part, requests
/// waited in the generator before they were sent. `beside` is the number of drawings in the other column.
pub(in crate::report::html) fn curve(
    response: &[(f64, f64)],
    service: &[(f64, f64)],
    beside: usize,
) -> Result<String, PlotError> {
    // As tall as the drawings that stand in the other column.
    let height = if beside > 1 { 800 } else { 440 };
    let (response, service) = (drawable(response), drawable(service));
    let all = || response.iter().chain(&service);
    let low = all().map(|(_, ms)| *ms).fold(f64::INFINITY, f64::min);
    let high = all().map(|(_, ms)| *ms).fold(0.0, f64::max);
    let end = all().map(|(x, _)| *x).fold(10.0, f64::max);
    if high <= 0.0 {
        return Ok(String::new());
    }
    let mut svg = String::new();
    {
        let area = canvas(&mut svg, height);
        let mut chart = ChartBuilder::on(&area)
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(110)
            .build_cartesian_2d(
                (1.0..end * 1.05).log_scale(),
                (low * 0.8..high * 1.3).log_scale(),
            )?;
        chart
            .configure_mesh()
            .bold_line_style(Ink::Grid.colour())
            .light_line_style(TRANSPARENT)
            .axis_style(Ink::Grid.colour())
            .label_style(label())
            .x_labels(6)
            .y_labels(5)
            .x_label_formatter(&|x| percentile(*x))
            .y_label_formatter(&|ms| millis(*ms))
            .draw()?;
        for (ink, points) in [(Ink::Service, service), (Ink::Response, response)] {
            chart.draw_series(LineSeries::new(points, stroke(ink)))?;
        }
        area.present()?;
    }
    Ok(finish(
        &svg,
        height,
        "response and service time by percentile, both axes logarithmic",
    ))
}

/// Points that a logarithm can show; the last one, q = 1, lies infinitely far away and is left out.
fn drawable(curve: &[(f64, f64)]) -> Vec<(f64, f64)> {
    curve
        .iter()
        .filter(|(q, ms)| (0.0..1.0).contains(q) && *ms > 0.0 && ms.is_finite())
        .map(|(q, ms)| (1.0 / (1.0 - q), *ms))
        .collect()
}

/// Labels at powers of ten only: 90 %, 99 %, 99.9 %.
fn percentile(x: f64) -> String {
    let nines = x.log10();
    if (nines - nines.round()).abs() > 0.01 {
        return String::new();
    }
    let decimals = (nines.round() as usize).saturating_sub(2);
    format!("{:.decimals$} %", 100.0 - 100.0 / x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_named_by_their_nines() {
        let names = [1.0, 10.0, 20.0, 100.0, 1000.0].map(percentile);
        assert_eq!(names, ["0 %", "90 %", "", "99 %", "99.9 %"]);
    }

    #[test]
    fn a_curve_of_nothing_is_no_drawing() {
        assert_eq!(curve(&[], &[(1.0, 5.0)], 1).unwrap(), "");
    }
}
