//! `dashboards/panels`: each panel shows data of the run.

use crate::dashboards::{InterpolationError, Panel, PanelQuery, Span, panel_question};
use crate::model::{Finding, Hop, Question, Reading, Series, Status};
use crate::scenario::Plan;
use crate::scenario::plan::DashboardPlan;
use crate::verify::case::{Answered, Case};
use crate::verify::check::{Check, Meta};

const ID: &str = "dashboards/panels";

/// The check.
pub struct Panels;

impl Check for Panels {
    fn meta(&self) -> Meta {
        Meta {
            id: ID,
            hop: Hop::Dashboards,
            title: "each query of each panel yields data of the run",
            failure: "whoever opens the dashboard in an outage looks at an empty panel",
            needs_planned_load: false,
            builds_on: &["rules/loaded"],
        }
    }

    fn wants(&self, plan: &Plan) -> Vec<Question> {
        let mut questions: Vec<Question> = plan
            .dashboards
            .iter()
            .flat_map(|dashboard| {
                let panels = dashboard.dashboard.panels.iter();
                panels
                    .flat_map(move |panel| panel.queries.iter().map(move |q| (panel, q)))
                    .filter_map(move |(panel, query)| question(plan, dashboard, panel, query).ok())
            })
            .collect();
        questions.sort_unstable();
        questions.dedup();
        questions
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        if case.plan.dashboards.is_empty() {
            let why = "the scenario names no dashboard".to_owned();
            let status = Status::Skipped { why };
            return vec![Finding::new(
                ID,
                Hop::Dashboards,
                "dashboards",
                status,
                "no panel to show",
            )];
        }
        let dashboards = case.plan.dashboards.iter();
        dashboards
            .flat_map(|dashboard| judge_dashboard(case, dashboard))
            .collect()
    }
}

fn judge_dashboard(case: &Case<'_>, dashboard: &DashboardPlan) -> Vec<Finding> {
    let panels = &dashboard.dashboard.panels;
    if panels.is_empty() {
        let summary = "no panel with a query";
        let finding = Finding::new(
            ID,
            Hop::Dashboards,
            &dashboard.file,
            Status::Inconclusive,
            summary,
        );
        return vec![
            finding
                .expected("at least 1 panel")
                .observed("0 panels")
                .hint("remove the dashboard from the scenario, or see that it is the right file"),
        ];
    }
    panels
        .iter()
        .map(|panel| judge_panel(case, dashboard, panel))
        .collect()
}

/// What a panel asks, opened over the load's time range with the values that the scenario gives.
fn question(
    plan: &Plan,
    dashboard: &DashboardPlan,
    panel: &Panel,
    query: &PanelQuery,
) -> Result<Question, InterpolationError> {
    let span = Span {
        range: plan.load.duration(),
        scrape_interval: plan.telemetry.scrape_interval,
    };
    panel_question(
        &dashboard.dashboard,
        &dashboard.variables,
        panel,
        query,
        span,
    )
}

/// How one query fared.
struct Shown {
    status: Status,
    summary: String,
    observed: String,
    hint: String,
    evidence: Option<u32>,
}

/// The worst query speaks for the panel; the others are told in `observed`.
fn judge_panel(case: &Case<'_>, dashboard: &DashboardPlan, panel: &Panel) -> Finding {
    let shown: Vec<Shown> = panel
        .queries
        .iter()
        .map(|query| match question(case.plan, dashboard, panel, query) {
            Ok(question) => show(case, &question),
            Err(error) => Shown {
                status: Status::Fail,
                summary: error.to_string(),
                observed: "not asked".into(),
                hint: error.remedy(),
                evidence: None,
            },
        })
        .collect();
    let rank = |s: &Shown| match s.status {
        Status::Fail => 0,
        Status::Inconclusive => 1,
        _ => 2,
    };
    let subject = format!("{} \"{}\"", dashboard.file, panel.title);
    let Some((query, worst)) = panel
        .queries
        .iter()
        .zip(&shown)
        .min_by_key(|(_, s)| rank(s))
    else {
        let why = "the panel has no query".to_owned();
        return Finding::new(
            ID,
            Hop::Dashboards,
            subject,
            Status::Skipped { why },
            "no query",
        );
    };
    let told: Vec<String> = panel
        .queries
        .iter()
        .zip(&shown)
        .map(|(query, s)| format!("{}: {}", query.ref_id, s.observed))
        .collect();
    let summary = if worst.status == Status::Pass {
        worst.summary.clone()
    } else {
        format!("query {}: {}", query.ref_id, worst.summary)
    };
    Finding::new(ID, Hop::Dashboards, subject, worst.status.clone(), summary)
        .expected(format!(
            "data from {} of {} queries",
            shown.len(),
            shown.len()
        ))
        .observed(told.join("; "))
        .evidence(shown.iter().filter_map(|s| s.evidence))
        .hint(worst.hint.clone())
}

fn show(case: &Case<'_>, question: &Question) -> Shown {
    let failed = |evidence, summary: &str, observed: String, hint: &str| Shown {
        status: Status::Fail,
        summary: summary.into(),
        observed,
        hint: hint.into(),
        evidence: Some(evidence),
    };
    let unknown = |evidence, why: &str| Shown {
        status: Status::Inconclusive,
        summary: "no answer".into(),
        observed: why.into(),
        hint: "see that the data source is up, and run again".into(),
        evidence,
    };
    match case.answer(question) {
        Answered::Value(evidence, Reading::Series(series)) => {
            let counted = count(series);
            if has_data(question, series) {
                Shown {
                    status: Status::Pass,
                    summary: "shows data".into(),
                    observed: counted,
                    hint: String::new(),
                    evidence: Some(evidence.id),
                }
            } else if series.iter().any(|s| s.last().is_some()) {
                failed(evidence.id, "no data", counted, NO_DATA)
            } else if series.iter().any(|s| !s.points.is_empty()) {
                let hint =
                    "guard the division: add `> 0` to the divisor, or pre-initialise the counter";
                failed(evidence.id, "only NaN", counted, hint)
            } else {
                failed(evidence.id, "no data", counted, NO_DATA)
            }
        }
        Answered::Empty(evidence) => failed(evidence.id, "no data", "0 series".into(), NO_DATA),
        Answered::Rejected(evidence, why) => {
            let hint = "correct the expression; try it in the data source's query editor";
            failed(evidence.id, "the query is refused", why.into(), hint)
        }
        Answered::Value(evidence, _) => unknown(Some(evidence.id), "not a list of series"),
        Answered::Missing { evidence, why } => unknown(evidence.map(|e| e.id), why),
    }
}

const NO_DATA: &str =
    "compare metric, labels and variables of the query with what the service exports";

/// At least one finite value; of a number of log lines, at least one line.
fn has_data(question: &Question, series: &[Series]) -> bool {
    let lines = matches!(question, Question::LokiCount { .. });
    let mut values = series
        .iter()
        .flat_map(|s| &s.points)
        .filter_map(|p| p.value);
    values.any(|v| !lines || v > 0.0)
}

fn count(series: &[Series]) -> String {
    let points = || series.iter().flat_map(|s| &s.points);
    let finite = points().filter(|p| p.value.is_some()).count();
    format!(
        "{} series, {finite} of {} values finite",
        series.len(),
        points().count()
    )
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
