//! Latency against rate, both axes logarithmic: the knee is what the search is after.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::document::{CapacityDocument, StepInfo};
use super::story::rate;
use crate::capacity::Judged;
use crate::report::document::Percentiles;
use crate::report::format::millis;
use crate::report::html::plot::PlotError;
use crate::report::html::plot::theme::{Ink, canvas, finish, label, legend, standalone, stroke};

/// Height of the drawing.
const HEIGHT: u32 = 560;

type Pick = fn(&Percentiles) -> Option<f64>;

const SERIES: [(&str, Ink, Pick); 3] = [
    ("p50", Ink::P50, |p| p.p50_ms),
    ("p95", Ink::P95, |p| p.p95_ms),
    ("p99", Ink::P99, |p| p.p99_ms),
];

/// The picture as a file of its own; empty while no step has a percentile.
pub fn picture(doc: &CapacityDocument) -> Result<String, PlotError> {
    Ok(standalone(&draw(doc)?))
}

/// The picture as part of a page; empty while no step has a percentile.
pub(super) fn inline(doc: &CapacityDocument) -> Result<String, PlotError> {
    let svg = draw(doc)?;
    if svg.is_empty() {
        return Ok(svg);
    }
    let words = "response time percentiles against the rate of arrivals, both axes logarithmic";
    Ok(finish(&svg, HEIGHT, words))
}

fn draw(doc: &CapacityDocument) -> Result<String, PlotError> {
    let Some(frame) = Frame::of(doc) else {
        return Ok(String::new());
    };
    let mut svg = String::new();
    {
        let area = canvas(&mut svg, HEIGHT);
        area.fill(&Ink::Ground.colour())?;
        let mut chart = ChartBuilder::on(&area)
            .margin(16)
            .x_label_area_size(64)
            .y_label_area_size(110)
            .build_cartesian_2d(
                (frame.left..frame.right).log_scale(),
                (frame.bottom..frame.top).log_scale(),
            )?;
        if let Some((low, high)) = frame.band {
            chart.draw_series([Rectangle::new(
                [(low, frame.bottom), (high, frame.top)],
                Ink::Good.colour().mix(0.15).filled(),
            )])?;
        }
        chart
            .configure_mesh()
            .bold_line_style(Ink::Grid.colour())
            .light_line_style(TRANSPARENT)
            .axis_style(Ink::Grid.colour())
            .label_style(label())
            .disable_x_mesh()
            .y_labels(6)
            .x_label_formatter(&|_| String::new())
            .y_label_formatter(&|ms| millis(*ms))
            .x_desc("arrivals per second, offered")
            .axis_desc_style(label())
            .draw()?;
        for bound in &doc.objective.latency {
            let ms = bound.below_us as f64 / 1000.0;
            chart.draw_series(DashedLineSeries::new(
                [(frame.left, ms), (frame.right, ms)],
                10,
                6,
                stroke(Ink::Bad),
            ))?;
        }
        for (name, ink, pick) in SERIES {
            chart
                .draw_series(LineSeries::new(line(doc, pick), stroke(ink)))?
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 30, y)], stroke(ink)));
            let points = points(doc, pick, |s| s.judged != Judged::Invalid);
            chart.draw_series(points.map(|point| Circle::new(point, 5, ink.colour().filled())))?;
        }
        let bad = points(
            doc,
            |p| p.p99_ms.or(p.max_ms),
            |s| s.judged == Judged::Invalid,
        );
        chart
            .draw_series(bad.map(|point| Cross::new(point, 8, stroke(Ink::Doubt))))?
            .label("not valid")
            .legend(|(x, y)| Cross::new((x + 15, y), 8, stroke(Ink::Doubt)));
        let low = frame
            .band
            .map(|(low, _)| [(low, frame.bottom), (low, frame.top)]);
        chart
            .draw_series(LineSeries::new(
                low.into_iter().flatten(),
                stroke(Ink::Good),
            ))?
            .label("capacity")
            .legend(|(x, y)| PathElement::new([(x, y), (x + 30, y)], stroke(Ink::Good)));
        chart
            .draw_series(LineSeries::new(None, stroke(Ink::Bad)))?
            .label("objective")
            .legend(|(x, y)| PathElement::new([(x, y), (x + 12, y)], stroke(Ink::Bad)));
        legend(&mut chart)?;
        for tick in frame.ticks() {
            let (x, y) = chart.backend_coord(&(tick, frame.bottom));
            let style = label().pos(Pos::new(HPos::Center, VPos::Top));
            area.draw(&PathElement::new([(x, y), (x, y + 8)], Ink::Grid.colour()))?;
            area.draw(&Text::new(rate(tick), (x, y + 12), style))?;
        }
        area.present()?;
    }
    Ok(svg)
}

/// What the axes span, and the capacity in it.
struct Frame {
    left: f64,
    right: f64,
    bottom: f64,
    top: f64,
    band: Option<(f64, f64)>,
}

impl Frame {
    /// 1, 2 and 5 of every power of ten: an axis of one decade must not have a single label.
    fn ticks(&self) -> Vec<f64> {
        let decades = self.left.log10().floor() as i32..=self.right.log10().ceil() as i32;
        decades
            .flat_map(|decade| [1.0, 2.0, 5.0].map(|n| n * 10.0_f64.powi(decade)))
            .filter(|tick| (self.left..=self.right).contains(tick))
            .collect()
    }

    fn of(doc: &CapacityDocument) -> Option<Self> {
        let all: Vec<(f64, f64)> = SERIES
            .iter()
            .flat_map(|(_, _, pick)| points(doc, *pick, |_| true))
            .collect();
        let bounds = doc
            .objective
            .latency
            .iter()
            .map(|b| b.below_us as f64 / 1000.0);
        let heights: Vec<f64> = all.iter().map(|(_, ms)| *ms).chain(bounds).collect();
        let rates = || all.iter().map(|(rate, _)| *rate);
        let (left, right) = (
            rates().reduce(f64::min)? * 0.85,
            rates().reduce(f64::max)? * 1.15,
        );
        let bracket = doc.answer.bracket;
        Some(Self {
            left,
            right,
            bottom: heights.iter().copied().reduce(f64::min)? * 0.7,
            top: heights.iter().copied().reduce(f64::max)? * 1.6,
            band: bracket.low.map(|low| (low, bracket.high.unwrap_or(right))),
        })
    }
}

/// Points that a logarithm can show.
fn points(
    doc: &CapacityDocument,
    pick: Pick,
    of: fn(&StepInfo) -> bool,
) -> impl Iterator<Item = (f64, f64)> {
    doc.steps
        .iter()
        .filter(move |step| of(step))
        .filter_map(move |step| Some((step.rate, pick(&step.response)?)))
        .filter(|(_, ms)| *ms > 0.0 && ms.is_finite())
}

/// One point for each rate: the median of its valid steps.
fn line(doc: &CapacityDocument, pick: Pick) -> Vec<(f64, f64)> {
    let mut points: Vec<_> = points(doc, pick, |s| s.judged != Judged::Invalid).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    points
        .chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq())
        .map(|same| same[same.len() / 2])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::capacity::sample::{document, step};

    #[test]
    fn lines_points_objective_and_capacity_are_drawn_in_colours_of_their_own() {
        let doc = document(
            100.0,
            1000.0,
            &[
                step(100.0, Judged::Holds),
                step(200.0, Judged::Holds),
                step(400.0, Judged::Invalid),
                step(800.0, Judged::Breaks),
            ],
        );
        let svg = picture(&doc).unwrap();
        // Three valid steps with three percentiles each.
        assert_eq!(svg.matches("<circle").count(), 9, "{svg}");
        for (what, ink) in [
            ("p50", Ink::P50),
            ("p95", Ink::P95),
            ("p99", Ink::P99),
            ("the objective", Ink::Bad),
            ("the capacity", Ink::Good),
            ("a step that is not valid", Ink::Doubt),
        ] {
            assert!(svg.contains(ink.paper()), "{what}");
            let RGBColor(r, g, b) = ink.colour();
            assert!(!svg.contains(&format!("#{r:02X}{g:02X}{b:02X}")), "{what}");
        }
        assert!(inline(&doc).unwrap().contains("var(--p99)"));
    }

    #[test]
    fn no_steps_are_no_drawing() {
        assert_eq!(picture(&document(100.0, 1000.0, &[])).unwrap(), "");
    }

    #[test]
    fn a_line_goes_through_the_median_of_the_valid_steps() {
        let slow = |mut slow: StepInfo, ms| {
            slow.response.p99_ms = Some(ms);
            slow
        };
        let doc = document(
            100.0,
            1000.0,
            &[
                slow(step(200.0, Judged::Holds), 40.0),
                slow(step(200.0, Judged::Breaks), 90.0),
                slow(step(200.0, Judged::Holds), 20.0),
                slow(step(200.0, Judged::Invalid), 900.0),
                slow(step(100.0, Judged::Holds), 10.0),
            ],
        );
        assert_eq!(line(&doc, |p| p.p99_ms), [(100.0, 10.0), (200.0, 40.0)]);
    }
}
