//! Draws what an average of ratios makes of a budget under diurnal traffic, beside the budget counted in events:
//! `cargo run -p sloproof --example diurnal_budget docs/images/diurnal-budget.svg`
#![forbid(unsafe_code)]

use std::error::Error;

use plotters::prelude::*;
use sloproof::slo::budget::{Budget, Events};

const HOURS: u32 = 30 * 24;
/// 99 % of requests are good.
const SHARE: f64 = 0.01;

/// Every night from 1 to 4 o'clock 2 % fail; by day there is four times the traffic.
fn hour(hour: u32) -> Events {
    let day = std::f64::consts::TAU * f64::from(hour % 24) / 24.0;
    let total = 1e5 * (2.5 - 1.5 * day.cos());
    let night = (1..4).contains(&(hour % 24));
    Events {
        bad: if night { 0.02 * total } else { 0.0 },
        total,
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("where shall the picture go?")?;
    let (mut events, mut ratios) = (Events::default(), 0.0);
    let (mut counted, mut averaged) = (Vec::new(), Vec::new());
    for at in 0..HOURS {
        let this = hour(at);
        events = events + this;
        ratios += this.bad / this.total;
        let days = f64::from(at + 1) / 24.0;
        counted.push((days, 100.0 * Budget::of(events, SHARE).remaining));
        averaged.push((days, 100.0 * (1.0 - ratios / f64::from(at + 1) / SHARE)));
    }
    let last = |line: &[(f64, f64)]| line.last().map_or(0.0, |(_, left)| *left);
    println!(
        "after 30 days {:.2} % are left by events, {:.2} % by the average of hourly ratios",
        last(&counted),
        last(&averaged)
    );

    let root = SVGBackend::new(&path, (860, 380)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(
            "Budget left, 2 % of errors each night from 1 to 4",
            ("sans-serif", 18),
        )
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(48)
        .build_cartesian_2d(0.0..30.0, 0.0..100.0)?;
    chart
        .configure_mesh()
        .x_desc("days")
        .y_desc("% left")
        .draw()?;
    for (line, colour, name) in [
        (counted, BLUE, "events over events, as compiled"),
        (averaged, RED, "average of hourly ratios"),
    ] {
        chart
            .draw_series(LineSeries::new(line, colour.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .background_style(WHITE)
        .border_style(BLACK)
        .position(SeriesLabelPosition::LowerRight)
        .draw()?;
    root.present()?;
    Ok(())
}
