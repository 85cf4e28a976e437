//! Latency against rate, both axes logarithmic: the knee is what the search is after.

use plotters::prelude::*;

use super::document::{CapacityDocument, StepInfo};
use super::story::rate;
use crate::capacity::Judged;
use crate::report::document::Percentiles;
use crate::report::format::millis;
use crate::report::html::plot::PlotError;
use crate::report::html::plot::theme::{Ink, canvas, finish, label, standalone, stroke};

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
            .x_labels(8)
            .y_labels(6)
            .x_label_formatter(&|r| rate(*r))
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
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .label_font(label())
            .legend_area_size(40)
            .margin(14)
            .background_style(Ink::Ground.colour())
            .draw()?;
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
