//! The picture of a simulation: error ratio over the fast page's windows, its threshold, and every alert's firing.

use plotters::prelude::*;

use super::simulate::{Simulation, TierSimulation};

const WIDTH: u32 = 1120;
const HEIGHT: u32 = 420;
const LANE: f64 = 0.18;

type DrawError = plotters::drawing::DrawingAreaErrorKind<std::io::Error>;

const LONG: RGBColor = RGBColor(31, 119, 180);
const SHORT: RGBColor = RGBColor(255, 127, 14);
const ALERT: RGBColor = RGBColor(214, 39, 40);
const TICKET: RGBColor = RGBColor(148, 103, 189);
const MUTED: RGBColor = RGBColor(140, 140, 140);

/// One drawing below the other, an SVG document.
pub(super) fn draw(simulations: &[Simulation]) -> Result<String, DrawError> {
    let mut svg = String::new();
    {
        let height = HEIGHT * simulations.len() as u32;
        let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        area.fill(&WHITE)?;
        for (simulation, part) in simulations
            .iter()
            .zip(area.split_evenly((simulations.len(), 1)))
        {
            one(simulation, &part)?;
        }
        area.present()?;
    }
    Ok(svg)
}

fn one(
    simulation: &Simulation,
    area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
) -> Result<(), DrawError> {
    let start = simulation.starts_at_ms.as_secs_f64();
    let Some(page) = simulation.tiers.first() else {
        return Ok(());
    };
    let (from, to) = visible(simulation, page);
    let ratios = page.run.evaluations.iter().filter_map(|e| e.short);
    let top = ratios.fold(page.threshold * 1.5, f64::max) * 1.15;
    let lanes = simulation.tiers.len() as f64 * LANE;
    let caption = format!(
        "{}: burn rate over the page's windows, and what fires",
        simulation.slo
    );
    let mut chart = ChartBuilder::on(area)
        .caption(caption, ("sans-serif", 20))
        .margin(12)
        .margin_right(40)
        .x_label_area_size(40)
        .y_label_area_size(70)
        .build_cartesian_2d(from..to, -top * lanes..top)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_desc("seconds from the start of the trouble")
        .y_desc("burn rate")
        .y_label_formatter(&|ratio| {
            if *ratio < 0.0 {
                String::new()
            } else {
                format!("{:.1}", ratio / (page.threshold / page.factor))
            }
        })
        .draw()?;
    let series = |ratio: fn(&crate::slo::oracle::exact::Evaluation) -> Option<f64>| {
        let points = page.run.evaluations.iter().filter_map(move |e| {
            let at = e.at.as_secs_f64() - start;
            ratio(e).map(|ratio| (at, ratio))
        });
        points
            .filter(move |(at, _)| (from..=to).contains(at))
            .collect::<Vec<_>>()
    };
    chart
        .draw_series(LineSeries::new(series(|e| e.long), LONG.stroke_width(2)))?
        .label(format!("over {}", page.long_ms.to_promql()))
        .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], LONG));
    chart
        .draw_series(LineSeries::new(series(|e| e.short), SHORT.stroke_width(2)))?
        .label(format!("over {}", page.short_ms.to_promql()))
        .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], SHORT));
    chart
        .draw_series(LineSeries::new(
            [(from, page.threshold), (to, page.threshold)],
            MUTED.stroke_width(1),
        ))?
        .label("threshold")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], MUTED));
    for (lane, tier) in simulation.tiers.iter().enumerate() {
        let y = -top * LANE * (lane as f64 + 0.5);
        let height = top * LANE * 0.3;
        let colour = if tier.urgency == crate::slo::Urgency::Page {
            ALERT
        } else {
            TICKET
        };
        let bars = tier.firing_ms.iter().map(|(begin, end)| {
            let begin = (begin.as_secs_f64() - start).clamp(from, to);
            let end = end.map_or(to, |end| (end.as_secs_f64() - start).clamp(from, to));
            Rectangle::new([(begin, y - height), (end, y + height)], colour.filled())
        });
        chart.draw_series(bars)?;
        let name = format!("{} {}", tier.urgency.as_str(), tier.long_ms.to_promql());
        chart.draw_series([Text::new(
            name,
            (from, y + height),
            ("sans-serif", 13).into_font().color(&MUTED),
        )])?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.8))
        .border_style(MUTED)
        .draw()
}

/// The trouble with as much before and after it as shows the page's rise and fall.
fn visible(simulation: &Simulation, page: &TierSimulation) -> (f64, f64) {
    let start = simulation.starts_at_ms.as_secs_f64();
    let lasts = simulation.ends_at_ms.as_secs_f64() - start;
    let around = page.long_ms.as_secs_f64().max(lasts * 0.2);
    let end = simulation.profile.length().as_secs_f64() - start;
    ((-around * 0.25).max(-start), (lasts + around).min(end))
}
