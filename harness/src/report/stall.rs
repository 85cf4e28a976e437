//! The picture of the selftest's stall: what users waited, beside what each clock recorded.

use plotters::prelude::*;

use super::format::millis;
use super::html::plot::PlotError;
use super::html::plot::theme::{Ink, canvas, label, legend, standalone, stroke};

/// Height of the drawing.
const HEIGHT: u32 = 560;

/// Percentiles to draw, in shares; below the median nothing happens.
const FROM: f64 = 0.5;

/// Latency by percentile: `hold_ms` is how long the first of the stalled arrivals waited, the curves are
/// (quantile, milliseconds) of what was recorded.
///
/// The truth is `(q − 0.8)/0.2 · hold` above q = 0.8, see `app::selftest`.
pub fn stall(
    hold_ms: f64,
    response: &[(f64, f64)],
    service: &[(f64, f64)],
) -> Result<String, PlotError> {
    let mut svg = String::new();
    {
        let area = canvas(&mut svg, HEIGHT);
        area.fill(&Ink::Ground.colour())?;
        let mut chart = ChartBuilder::on(&area)
            .margin(16)
            .margin_right(48)
            .x_label_area_size(64)
            .y_label_area_size(110)
            .build_cartesian_2d(FROM..1.0, 0.0..hold_ms * 1.1)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(Ink::Grid.colour())
            .light_line_style(TRANSPARENT)
            .axis_style(Ink::Grid.colour())
            .label_style(label())
            .x_labels(6)
            .y_labels(5)
            .x_label_formatter(&|q| format!("p{:.0}", q * 100.0))
            .y_label_formatter(&|ms| millis(*ms))
            .x_desc("percentile of all arrivals")
            .axis_desc_style(label())
            .draw()?;
        for (name, ink, points) in [
            (
                "service time: the clock starts when it sends",
                Ink::P50,
                service,
            ),
            (
                "response time: the clock starts when it should have sent",
                Ink::P99,
                response,
            ),
        ] {
            let points = points.iter().copied().filter(|(q, _)| *q >= FROM);
            chart
                .draw_series(LineSeries::new(points, stroke(ink)))?
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 30, y)], stroke(ink)));
        }
        let truth = [(FROM, 0.0), (0.8, 0.0), (1.0, hold_ms)];
        chart
            .draw_series(DashedLineSeries::new(truth, 14, 14, stroke(Ink::Text)))?
            .label("truth: what users waited")
            .legend(|(x, y)| PathElement::new([(x, y), (x + 12, y)], stroke(Ink::Text)));
        legend(&mut chart)?;
        area.present()?;
    }
    Ok(standalone(&svg))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_names_the_truth_and_both_clocks() {
        let curve = [(0.5, 0.3), (0.9, 1000.0), (1.0, 2000.0)];
        let svg = stall(2000.0, &curve, &[(0.5, 0.3), (1.0, 0.5)]).unwrap();
        for words in ["truth", "response time", "service time", "p90"] {
            assert!(svg.contains(words), "{words}");
        }
        assert!(svg.starts_with("<svg"));
    }
}
