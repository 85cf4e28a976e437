//! From an SLO document to what can be compiled, or to what cannot and why.

use super::objective::{Bound, ObjectiveDocument};
use super::queries;
use super::sli::{Measure, Metric};
use super::slo::SloDocument;
use crate::model::{Diagnostic, Millis, Source, Span};
use crate::slo::{Indicator, Objective, Part, Slo};

/// The SLO as events. What is read and cannot be compiled goes to `found`; then there is no SLO.
pub fn lower(slo: &SloDocument, source: &Source, found: &mut Vec<Diagnostic>) -> Option<Slo> {
    let before = found.len();
    let name = &slo.head.name;
    let mut refuse = |span: Span, message: String, hint: &str| {
        found.push(source.mistake(span, message).hint(hint));
    };
    if slo.window.calendar.is_some() {
        refuse(
            slo.window.length.span,
            "a calendar window is read and cannot be compiled: rules look back from now".to_owned(),
            "duration: 30d, isRolling: true",
        );
    }
    let period = slo.window.length.value.fixed();
    if period.is_none() && slo.window.calendar.is_none() {
        refuse(
            slo.window.length.span,
            "a period of months has no fixed length and cannot be compiled".to_owned(),
            "30d for a month, 90d for a quarter",
        );
    }
    let objective = match &slo.objectives[..] {
        [only] => only,
        several => {
            refuse(
                several
                    .get(1)
                    .map_or(name.span, |second| second.target.span),
                format!(
                    "{} objectives in one SLO are read and cannot be compiled",
                    several.len()
                ),
                "one document per objective, separated by `---`",
            );
            return None;
        }
    };
    let target = objective.target.value;
    if target <= 0.0 || target >= 1.0 {
        let what = if target <= 0.0 {
            "0 %: it promises nothing"
        } else {
            "100 %: it leaves no budget"
        };
        refuse(
            objective.target.span,
            format!("an objective of {what}"),
            "target: 0.999",
        );
    }
    let indicator = indicator(slo, objective, &mut refuse);
    if found.len() > before {
        return None;
    }
    let indicator = indicator?;
    let part = match indicator.part {
        Part::Good => "good",
        Part::Bad => "bad",
    };
    let objective = Objective {
        name: name.value.clone(),
        description: slo.description.clone(),
        target,
        period: period?,
        queries: vec![
            (part.to_owned(), indicator.part_query.clone()),
            ("total".to_owned(), indicator.total_query.clone()),
        ],
    };
    Some(Slo {
        objective,
        service: slo.service.clone(),
        labels: slo.head.labels.clone(),
        indicator,
    })
}

fn indicator(
    slo: &SloDocument,
    objective: &ObjectiveDocument,
    refuse: &mut impl FnMut(Span, String, &str),
) -> Option<Indicator> {
    let Some(sli) = objective.sli.as_ref().or(slo.sli.as_ref()) else {
        refuse(
            slo.head.name.span,
            "an SLO without an indicator of its own cannot be compiled".to_owned(),
            "indicator or indicatorRef",
        );
        return None;
    };
    let mut query = |metric: &Metric| {
        let kind = metric.kind.as_deref().unwrap_or("Prometheus");
        match &metric.query {
            Some(query) if matches!(kind, "Prometheus" | "Loki") => Some(query.value.clone()),
            _ => {
                let message = format!("a query of `{kind}` is read and cannot be compiled");
                refuse(metric.span, message, "type: Prometheus, or Loki");
                None
            }
        }
    };
    let made = match &sli.measure {
        Measure::Ratio {
            counter,
            part,
            events,
            total,
        } => {
            let (events, total) = (query(events), query(total));
            let counted = Indicator {
                part: *part,
                part_query: events?,
                total_query: total?,
            };
            let counted = if *counter {
                counted
            } else {
                queries::summed(counted)
            };
            match objective.slice {
                None => Some(counted),
                Some(slice) => queries::slices(&counted, slice),
            }
        }
        Measure::Raw { part, ratio } => {
            let ratio = query(ratio)?;
            match objective.slice {
                None => Some(queries::stored(*part, &ratio)),
                Some(slice) => Some(queries::stored_slices(*part, &ratio, slice)),
            }
        }
        Measure::Threshold(metric) => {
            let value = query(metric)?;
            let bound: Bound = objective.bound.as_ref()?.value;
            Some(queries::held(&value, bound, objective.slice))
        }
    };
    if made.is_none() {
        refuse(
            sli.span,
            "slices of a query with a window of its own cannot be compiled".to_owned(),
            "write the queries as plain counter selectors",
        );
    }
    made
}

/// What of the document no rule says, although the SLO compiles.
pub fn unsaid(slo: &SloDocument, source: &Source) -> Vec<Diagnostic> {
    let mut told = Vec::new();
    for policy in &slo.alert_policies {
        let condition = &policy.condition;
        let message = format!(
            "SLO `{}`: alert policies are read and not compiled; the alerts are the SRE workbook's, over two windows each",
            slo.head.name.value
        );
        let warning = source.mistake(condition.threshold.span, message).warning();
        told.push(warning.hint(format!(
            "sloproof slo explain, to see what fires instead of {} over {}",
            condition.threshold.value,
            Millis::to_promql(condition.lookback.value)
        )));
    }
    told
}
