//! `sloproof slo explain`.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;

use super::compile::tiers_of;
use super::words::{maybe_span, span, table};
use crate::app::{Console, Failure, PASS};
use crate::gate::exit;
use crate::report::format;
use crate::slo::explain::{Explanation, explain as explanation};

/// What to explain.
#[derive(Debug, Clone)]
pub struct ExplainOptions {
    /// An OpenSLO file.
    pub file: PathBuf,
    /// One SLO of it; all when `None`.
    pub slo: Option<String>,
    /// A file of tiers; the SRE workbook's unless set.
    pub tiers: Option<PathBuf>,
    /// Events per second.
    pub rate: Option<f64>,
    /// Print JSON.
    pub json: bool,
}

/// Says in plain words what each objective allows.
pub fn explain(console: &Console, options: &ExplainOptions) -> Result<u8, Failure> {
    let Some(objectives) = super::objectives(console, &options.file, options.slo.as_deref())?
    else {
        return Ok(exit::USAGE);
    };
    let Some(tiers) = tiers_of(console, options.tiers.as_deref())? else {
        return Ok(exit::USAGE);
    };
    let told: Vec<Explanation> = objectives
        .iter()
        .map(|o| explanation(o, &tiers.of(&o.name, o.period), options.rate))
        .collect();
    if options.json {
        console.print(&serde_json::to_string_pretty(&told).context("cannot encode")?)?;
    } else {
        let texts: Vec<String> = told.iter().map(text).collect();
        console.print(&texts.join("\n\n"))?;
    }
    Ok(PASS)
}

fn text(told: &Explanation) -> String {
    let period = span(told.period_ms.as_secs_f64());
    let mut out = format!(
        "{}: {} of events are good over {period}\n",
        told.slo,
        format::target(told.target)
    );
    if !told.description.is_empty() {
        let _ = writeln!(out, "  {}", told.description);
    }
    let one_in = format::number((1.0 / told.budget).round());
    let _ = write!(
        out,
        "\n  may be bad      {}: 1 in {one_in}\n",
        format::share(told.budget)
    );
    let outage = span(told.full_outage_ms.as_secs_f64());
    let _ = writeln!(
        out,
        "  full outage     {outage} spend the whole budget of {period}"
    );
    if let Some(allowed) = &told.allowed {
        let count = |events: f64| format::count(events.floor() as u64);
        let _ = writeln!(
            out,
            "  at {:<12} {} of {} events a day may be bad, {} of {} in {period}",
            format!("{}/s", format::number(allowed.rate)),
            count(allowed.day_bad),
            count(allowed.day_total),
            count(allowed.period_bad),
            count(allowed.period_total),
        );
    }
    let head = [
        "alert",
        "windows",
        "burn",
        "fires above",
        "100 % fail",
        "10 % fail",
        "1 % fail",
        "quiet again after",
        "budget gone",
    ];
    let rows = told.tiers.iter().map(|tier| {
        let mut row = vec![
            tier.urgency.as_str().to_owned(),
            format!(
                "{} / {}",
                tier.long_ms.to_promql(),
                tier.short_ms.to_promql()
            ),
            format::number(tier.factor),
            if tier.reachable {
                format::share(tier.threshold)
            } else {
                "out of reach".to_owned()
            },
        ];
        row.extend(tier.fires_after_s.map(maybe_span));
        row.extend([span(tier.resets_after_s), format::share(tier.budget_spent)]);
        if !tier.reachable {
            row[7..].fill("-".to_owned());
        }
        row
    });
    let _ = write!(out, "\n{}", table(&head, rows.collect()));
    out
}
