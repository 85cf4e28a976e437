//! Tables of compiled objectives, in Markdown.

use std::fmt::Write as _;

use super::scalar::number;
use super::{CompileError, Compiled, Options, ratio};
use crate::model::Millis;
use crate::slo::burn;
use crate::slo::oracle::{Step, predict};
use crate::slo::tier::Tier;
use crate::slo::words::span;

/// Shares of bad events for which times are told.
const RATIOS: [f64; 2] = [0.15, 1.0];

fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(
        &head
            .iter()
            .map(|cell| (*cell).to_owned())
            .collect::<Vec<_>>(),
    );
    let _ = writeln!(text, "|{}", "---|".repeat(head.len()));
    for row in rows {
        // A bar in a cell would end it; a line break would end the table.
        let cells: Vec<String> = row
            .iter()
            .map(|cell| {
                cell.replace('|', "\\|")
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        text.push_str(&line(&cells));
    }
    text
}

fn percent(share: f64) -> String {
    format!("{} %", number((share * 1e8).round() / 1e6))
}

/// What each SLO promises.
pub(super) fn promises(slos: &[Compiled<'_>]) -> String {
    let rows = slos.iter().map(|slo| {
        let objective = &slo.slo.objective;
        vec![
            format!("`{}`", objective.name),
            objective.description.clone(),
            percent(objective.target),
            objective.period.to_promql(),
            format!("{} of the events", percent(objective.budget())),
        ]
    });
    table(
        &["objective", "promise", "target", "period", "budget"],
        rows,
    )
}

/// What pages, and what makes a ticket.
pub(super) fn alerts(slos: &[Compiled<'_>]) -> String {
    let rows = each_tier(slos).map(|(slo, name, tier)| {
        let objective = &slo.slo.objective;
        let share = burn::budget_spent(tier.factor, objective.period, tier.long);
        vec![
            format!("`{name}`"),
            tier.urgency.as_str().to_owned(),
            windows(&tier),
            number(tier.factor),
            percent(tier.threshold(objective.budget())),
            percent(share),
        ]
    });
    table(
        &[
            "alert",
            "severity",
            "long / short window",
            "factor",
            "error share above",
            "budget spent when it fires",
        ],
        rows,
    )
}

/// How long each tier takes to fire and to resolve.
pub(super) fn times(slos: &[Compiled<'_>]) -> String {
    let rows = each_tier(slos).map(|(slo, name, tier)| {
        let objective = &slo.slo.objective;
        let mut row = vec![format!("`{name}`"), windows(&tier)];
        row.extend(RATIOS.map(|ratio| {
            let step = Step {
                ratio,
                history: None,
            };
            let told = predict(&tier, objective.budget(), objective.period, step);
            match told.fires_after {
                Some(fires) => format!("{} / {}", span(fires), span(told.resets_after)),
                None => "never".to_owned(),
            }
        }));
        row
    });
    table(
        &[
            "alert",
            "long / short window",
            "15 % bad: fires / resolves after",
            "100 % bad: fires / resolves after",
        ],
        rows,
    )
}

/// Production's lengths beside those of a time scale.
pub(super) fn scaled(slos: &[Compiled<'_>], options: &Options, scale: u32) -> String {
    let mut lengths: Vec<(&str, Vec<Millis>)> = Vec::new();
    let of = |pick: fn(&Tier) -> Millis| {
        let all = slos.iter().flat_map(|slo| slo.tiers.iter().map(pick));
        unique(all.collect())
    };
    lengths.push(("short windows", of(|tier| tier.short)));
    lengths.push(("long windows", of(|tier| tier.long)));
    let periods = slos.iter().map(|slo| slo.slo.objective.period).collect();
    lengths.push(("period", unique(periods)));
    lengths.push(("evaluation", vec![options.interval]));
    let spell = |lengths: &[Millis], scale: u32| {
        let texts = lengths
            .iter()
            .map(|length| length.scaled_down(scale).to_promql());
        texts.collect::<Vec<_>>().join(", ")
    };
    let rows = lengths
        .into_iter()
        .map(|(what, lengths)| vec![what.to_owned(), spell(&lengths, 1), spell(&lengths, scale)]);
    table(&["", "production", "demo"], rows)
}

fn unique(mut lengths: Vec<Millis>) -> Vec<Millis> {
    lengths.sort_unstable();
    lengths.dedup();
    lengths
}

/// The query of an SLO's error ratio over the long window of its first tier.
pub(super) fn ratio(slo: &Compiled<'_>) -> Result<String, CompileError> {
    let window = slo.tiers.first().map(|tier| tier.long).unwrap_or_default();
    let lines = ratio::error_ratio(&slo.slo.indicator, window);
    let lines = lines.map_err(|error| slo.query_error(error))?;
    Ok(format!("```promql\n{}\n```\n", lines.join("\n")))
}

fn windows(tier: &Tier) -> String {
    format!("{} / {}", tier.long.to_promql(), tier.short.to_promql())
}

/// Each tier with its SLO and the name of its alert.
fn each_tier<'a>(
    slos: &'a [Compiled<'a>],
) -> impl Iterator<Item = (&'a Compiled<'a>, String, Tier)> {
    slos.iter().flat_map(|slo| {
        let alerts = slo.alerts().into_iter();
        alerts.flat_map(move |(suffix, tiers)| {
            let name = slo.alert_name(&suffix);
            tiers.into_iter().map(move |tier| (slo, name.clone(), tier))
        })
    })
}
