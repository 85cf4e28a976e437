//! Panels of a Grafana dashboard whose queries follow from the objectives.
//!
//! A panel asks for it in its description, on a line of its own: `Compiled: budget left`, `Compiled: burn rate of SLO`.
//! Its queries and threshold steps are written anew; title, units, size and place stay as drawn.

use serde_json::{Map, Value, json};

use super::scalar::number;
use super::{CompileError, Compiled, Options, compiled};
use crate::slo::definition::Slo;
use crate::slo::tier::Urgency;

const ASKS: &str = "Compiled: ";

/// Why a dashboard cannot be filled.
#[derive(Debug, thiserror::Error)]
pub enum DashboardError {
    /// The objectives do not compile.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// Not JSON.
    #[error("no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A panel asks for what is not known.
    #[error(
        "panel `{panel}`: `{asked}` is not known; write `{ASKS}budget left` or `{ASKS}burn rate of SLO`, with one of: {known}"
    )]
    Unknown {
        /// The panel's title.
        panel: String,
        /// What its description asks for.
        asked: String,
        /// The SLOs.
        known: String,
    },
    /// A panel has no query whose looks could be kept.
    #[error("panel `{panel}` has no query; draw one, so that its data source is known")]
    NoQuery {
        /// The panel's title.
        panel: String,
    },
    /// No panel asks.
    #[error("no panel asks for anything; write `{ASKS}budget left` into a panel's description")]
    Nothing,
}

/// The dashboard, keys sorted and indented by two, with the panels that ask for it filled.
pub fn fill(dashboard: &str, slos: &[Slo], options: &Options) -> Result<String, DashboardError> {
    let slos = compiled(slos, options)?;
    let mut json: Value = serde_json::from_str(dashboard)?;
    let filled = panels(&mut json, &slos)?;
    if filled == 0 {
        return Err(DashboardError::Nothing);
    }
    sort(&mut json);
    let mut text = serde_json::to_string_pretty(&json)?;
    text.push('\n');
    Ok(text)
}

/// Keys in order, whichever map the JSON library keeps them in.
fn sort(json: &mut Value) {
    match json {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = std::mem::take(map).into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            for (_, value) in &mut entries {
                sort(value);
            }
            *map = entries.into_iter().collect::<Map<String, Value>>();
        }
        Value::Array(items) => items.iter_mut().for_each(sort),
        _ => {}
    }
}

/// Fills the panels of a dashboard or a row; how many.
fn panels(json: &mut Value, slos: &[Compiled<'_>]) -> Result<usize, DashboardError> {
    let mut filled = 0;
    let inner = json.get_mut("panels").and_then(Value::as_array_mut);
    for item in inner.into_iter().flatten() {
        filled += panels(item, slos)?;
        let description = item
            .get("description")
            .and_then(Value::as_str)
            .unwrap_or("");
        let asked = description.lines().find_map(|line| line.strip_prefix(ASKS));
        if let Some(asked) = asked.map(str::to_owned) {
            panel(item, asked.trim_end_matches('.').trim(), slos)?;
            filled += 1;
        }
    }
    Ok(filled)
}

/// One query of a panel.
struct Query {
    expr: String,
    legend: String,
}

fn panel(panel: &mut Value, asked: &str, slos: &[Compiled<'_>]) -> Result<(), DashboardError> {
    let title = panel
        .get("title")
        .and_then(Value::as_str)
        .unwrap_or("")
        .to_owned();
    let (queries, steps) = if asked == "budget left" {
        let queries = slos.iter().map(|slo| Query {
            expr: format!("slo:error_budget_remaining:ratio{}", slo.selector()),
            legend: legend(slo),
        });
        (queries.collect(), None)
    } else {
        let slo = asked.strip_prefix("burn rate of ").and_then(|name| {
            slos.iter()
                .find(|slo| slo.slo.objective.name == name.trim())
        });
        let slo = slo.ok_or_else(|| DashboardError::Unknown {
            panel: title.clone(),
            asked: asked.to_owned(),
            known: slos
                .iter()
                .map(|slo| slo.slo.objective.name.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })?;
        (burn_rate(slo), Some(steps(slo)))
    };
    let targets = panel.get_mut("targets").and_then(Value::as_array_mut);
    let no_query = DashboardError::NoQuery { panel: title };
    let Some((targets, first)) = targets.and_then(|targets| {
        let first = targets.first()?.clone();
        Some((targets, first))
    }) else {
        return Err(no_query);
    };
    *targets = queries
        .into_iter()
        .zip('A'..='Z')
        .map(|(query, letter)| {
            let mut target = first.clone();
            target["expr"] = json!(query.expr);
            target["legendFormat"] = json!(query.legend);
            target["refId"] = json!(letter.to_string());
            target
        })
        .collect();
    if let Some(steps) = steps {
        panel["fieldConfig"]["defaults"]["thresholds"] =
            json!({ "mode": "absolute", "steps": steps });
    }
    Ok(())
}

fn legend(slo: &Compiled<'_>) -> String {
    let objective = &slo.slo.objective;
    format!(
        "{}, {} % over {}",
        objective.name,
        number(objective.target * 100.0),
        objective.period.to_promql()
    )
}

/// Both windows of the first tier, in multiples of the pace that spends the budget evenly.
fn burn_rate(slo: &Compiled<'_>) -> Vec<Query> {
    let first = slo
        .tiers
        .first()
        .map(|tier| tier.scaled_down(slo.time_scale));
    let windows = first.into_iter().flat_map(|tier| [tier.long, tier.short]);
    let budget = number(slo.slo.objective.budget());
    windows
        .map(|window| {
            let window = window.to_promql();
            Query {
                expr: format!(
                    "slo:sli_error:ratio_rate{window}{} / {budget}",
                    slo.selector()
                ),
                legend: format!("over {window}"),
            }
        })
        .collect()
}

/// Green up to the slowest page's factor, orange up to the fastest one's, then red.
fn steps(slo: &Compiled<'_>) -> Vec<Value> {
    let pages = slo
        .tiers
        .iter()
        .filter(|tier| tier.urgency == Urgency::Page);
    let mut factors: Vec<f64> = pages.map(|tier| tier.factor).collect();
    factors.sort_by(f64::total_cmp);
    factors.dedup();
    let number = |factor: f64| {
        serde_json::from_str::<Value>(&number(factor)).unwrap_or_else(|_| json!(factor))
    };
    let last = factors.pop();
    let mut steps = vec![json!({ "color": "green", "value": null })];
    steps.extend(
        factors
            .first()
            .map(|factor| json!({ "color": "orange", "value": number(*factor) })),
    );
    steps.extend(last.map(|factor| json!({ "color": "red", "value": number(factor) })));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_that_asks_for_something_else_is_told() {
        for (dashboard, expected) in [
            ("{", "no JSON"),
            (r#"{ "panels": [] }"#, "no panel asks"),
            (
                r#"{ "panels": [{ "title": "t", "description": "Compiled: burn rate of x" }] }"#,
                "panel `t`: `burn rate of x` is not known",
            ),
            (
                r#"{ "panels": [{ "title": "t", "description": "Compiled: budget left" }] }"#,
                "panel `t` has no query",
            ),
        ] {
            let said = fill(dashboard, &[], &Options::default())
                .unwrap_err()
                .to_string();
            assert!(said.contains(expected), "{said}");
        }
    }
}
