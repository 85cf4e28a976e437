//! `sloproof selftest`: whether this machine can measure, told by servers whose truth is known.

mod server;
mod trial;
mod truth;

use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;
use tabled::builder::Builder;
use tabled::settings::Style;
use tokio::runtime::Handle;

use super::{Console, Failure};
use crate::gate::exit;
use crate::ledger::LatencyHistogram;
use crate::model::Millis;
use crate::report::html::PlotError;
use crate::report::stall;
use server::Manner;
use trial::{Trial, TrialError};
use truth::Line;

/// How to test.
#[derive(Debug, Clone)]
pub struct SelftestOptions {
    /// A stall of 0.2 s in 1 s rather than 2 s in 10 s.
    pub quick: bool,
    /// Print JSON instead of the table.
    pub json: bool,
    /// Where to draw the stall by percentile, as SVG.
    pub picture: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Told {
    schema_version: u32,
    fit: bool,
    lines: Vec<Line>,
}

/// Measures what is known and compares; exit code 3 if this machine cannot measure.
pub async fn selftest(console: &Console, options: SelftestOptions) -> Result<u8, Failure> {
    let scale = if options.quick { 1 } else { 10 };
    console.say(&format!(
        "three loads on servers of its own, {} s in all",
        2 + 2 + scale
    ));
    let (lines, stalled) = tokio::task::spawn_blocking(move || trials(scale, &Handle::current()))
        .await
        .context("the selftest failed")?
        .map_err(|error| Failure::internal(error.into()))?;
    if let Some(file) = &options.picture {
        let svg = draw(&stalled, scale).context("cannot draw the stall")?;
        std::fs::write(file, svg)
            .with_context(|| format!("cannot write {}", file.display()))
            .map_err(Failure::usage)?;
    }
    let fit = lines.iter().all(Line::holds);
    let text = if options.json {
        let told = Told {
            schema_version: 1,
            fit,
            lines,
        };
        let json = serde_json::to_string_pretty(&told).context("cannot write the result")?;
        format!("{json}\n")
    } else {
        table(&lines, fit)
    };
    console.print(&text)?;
    Ok(if fit { exit::PASS } else { exit::INVALID })
}

/// The stall is a fifth of `scale` seconds, beginning in its middle.
fn trials(scale: u64, runtime: &Handle) -> Result<(Vec<Line>, Trial), TrialError> {
    let pacing: Trial = trial::run(runtime, |_| Manner::Prompt, 1000.0, Millis(2000), 64)?;
    let mut lines = truth::paced(&pacing, 1000.0);
    let held = trial::run(
        runtime,
        |_| Manner::After(Millis(50).into()),
        100.0,
        Millis(2000),
        64,
    )?;
    lines.extend(truth::held(&held, 50.0));
    let (from, until) = (Millis(scale * 500), Millis(scale * 700));
    let stalled = trial::run(
        runtime,
        |start| Manner::Stall {
            start,
            from: from.into(),
            until: until.into(),
        },
        1000.0 / scale as f64,
        Millis(scale * 1000),
        // Fewer places than the stall holds back, so that waiting for one is part of the truth.
        10,
    )?;
    lines.extend(truth::stall(&stalled, (scale * 200) as f64));
    Ok((lines, stalled))
}

fn draw(stalled: &Trial, scale: u64) -> Result<String, PlotError> {
    // Every half percentile: straight lines between fewer points would cut the corner.
    let ms = |histogram: &LatencyHistogram| -> Vec<(f64, f64)> {
        let shares = (0..=200).map(|n| f64::from(n) / 200.0);
        let points = shares.filter_map(|q| Some((q, histogram.quantile(q)? as f64 / 1000.0)));
        points.collect()
    };
    let (response, service) = (ms(&stalled.response), ms(&stalled.service));
    stall((scale * 200) as f64, &response, &service)
}

fn table(lines: &[Line], fit: bool) -> String {
    let mut rows = Builder::default();
    rows.push_record(["trial", "", "truth", "recorded", ""]);
    for line in lines {
        let number = |n: f64| {
            if n.fract() == 0.0 {
                format!("{n}")
            } else {
                format!("{n:.1}")
            }
        };
        let truth = if line.informative {
            "–".to_owned()
        } else if (line.most - line.least).abs() < f64::EPSILON {
            format!("{} {}", number(line.least), line.unit)
        } else {
            format!(
                "{} to {} {}",
                number(line.least),
                number(line.most),
                line.unit
            )
        };
        let recorded = line.recorded.map_or_else(
            || "–".to_owned(),
            |n| format!("{} {}", number(n), line.unit),
        );
        let mark = match (line.informative, line.holds()) {
            (true, _) => "",
            (false, true) => "✔",
            (false, false) => "✘",
        };
        rows.push_record([line.trial, &line.what, &truth, &recorded, mark]);
    }
    let verdict = if fit {
        "FIT      what was recorded is what happened\n"
    } else {
        "INVALID  this machine cannot measure now: close other programs, or give sloproof a core of its own\n"
    };
    format!("{}\n\n{verdict}", rows.build().with(Style::blank()))
}
