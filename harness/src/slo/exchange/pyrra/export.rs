//! From OpenSLO to Pyrra.

use super::KEPT;
use super::spec::{Alerting, Indicator, Latency, Metadata, Metric, PyrraSlo, PyrraSpec, Ratio};
use crate::slo::exchange::selector::Selector;
use crate::slo::exchange::{Exchange, Loss, duration};
use crate::slo::openslo::{SloDocument, tidy};
use crate::slo::{Part, Slo};

/// A document for each SLO that Pyrra can say.
pub fn export(slos: &[(&SloDocument, &Slo)]) -> Exchange<Vec<PyrraSlo>> {
    let mut losses = Vec::new();
    let written = slos
        .iter()
        .filter_map(|(document, slo)| one(document, slo, &mut losses))
        .collect();
    Exchange { written, losses }
}

fn one(document: &SloDocument, slo: &Slo, losses: &mut Vec<Loss>) -> Option<PyrraSlo> {
    let head = &document.head;
    let name = &head.name.value;
    let mut lose = |field: &str, reason: String| losses.push(Loss::new(name, field, reason));
    if document.asks_loki() {
        lose(
            "indicator",
            "Pyrra asks Prometheus only; the SLO is left out".to_owned(),
        );
        return None;
    }
    let kept = head
        .annotations
        .get(KEPT)
        .map(|json| serde_json::from_str::<PyrraSlo>(json));
    let kept = match kept {
        Some(Ok(kept)) => Some(kept),
        Some(Err(error)) => {
            lose(KEPT, format!("cannot be read: {error}; made from the rest"));
            None
        }
        None => None,
    };
    if document.service.is_some() {
        lose(
            "service",
            "Pyrra has labels only; write one as pyrra.dev/service".to_owned(),
        );
    }
    if head.display_name.is_some() {
        lose("metadata.displayName", "Pyrra has one name".to_owned());
    }
    if !document.alert_policies.is_empty() {
        lose(
            "alertPolicies",
            "Pyrra's windows and factors are its own".to_owned(),
        );
    }
    let indicator = match kept.as_ref().map(|kept| kept.spec.indicator.clone()) {
        Some(indicator) => indicator,
        None => match indicator(slo) {
            Ok(indicator) => indicator,
            Err(reason) => {
                lose("indicator", format!("{reason}; the SLO is left out"));
                return None;
            }
        },
    };
    let mut annotations = head.annotations.clone();
    annotations.retain(|key, _| !key.starts_with("sloproof/"));
    let kept_spec = kept.as_ref().map(|kept| &kept.spec);
    Some(PyrraSlo {
        api_version: "pyrra.dev/v1alpha1".to_owned(),
        kind: "ServiceLevelObjective".to_owned(),
        metadata: Metadata {
            name: name.clone(),
            namespace: kept
                .as_ref()
                .and_then(|kept| kept.metadata.namespace.clone()),
            labels: head.labels.clone(),
            annotations,
        },
        spec: PyrraSpec {
            description: document.description.clone(),
            target: tidy(slo.objective.target * 100.0).to_string(),
            window: duration::print(slo.objective.period),
            indicator,
            alerting: kept_spec.map_or_else(Alerting::default, |spec| spec.alerting.clone()),
            partial_response_strategy: kept_spec
                .and_then(|spec| spec.partial_response_strategy.clone()),
            performance_over_accuracy: kept_spec.and_then(|spec| spec.performance_over_accuracy),
        },
    })
}

fn indicator(slo: &Slo) -> Result<Indicator, &'static str> {
    let made = &slo.indicator;
    let (part, total) = (
        Selector::parse(&made.part_query),
        Selector::parse(&made.total_query),
    );
    let (Some(part), Some(_)) = (part, total) else {
        return Err("Pyrra takes plain counter selectors only");
    };
    let metric = |query: &str| Metric {
        metric: query.to_owned(),
    };
    let total = metric(&made.total_query);
    let grouping = Vec::new();
    match made.part {
        Part::Bad => Ok(Indicator {
            ratio: Some(Ratio {
                errors: metric(&made.part_query),
                total,
                grouping,
            }),
            ..Indicator::default()
        }),
        Part::Good if part.equal("le").is_some() => Ok(Indicator {
            latency: Some(Latency {
                success: metric(&made.part_query),
                total,
                grouping,
            }),
            ..Indicator::default()
        }),
        Part::Good => Err("Pyrra counts errors, not good events"),
    }
}
