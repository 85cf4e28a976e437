//! From OpenSLO to Sloth.

use super::spec::{Alerting, Events, Raw, Sli, SlothSlo, Spec, VERSION};
use super::{ALERTING, NAME, PERIOD};
use crate::slo::exchange::selector::is_selector;
use crate::slo::exchange::{Exchange, Loss, duration};
use crate::slo::openslo::{Measure, SloDocument};
use crate::slo::{Indicator, Part, Slo};

const WINDOW: &str = "{{.window}}";

/// A document for each service. Each SLO comes with its compiled form, in which its queries are events.
pub fn export(slos: &[(&SloDocument, &Slo)]) -> Exchange<Vec<Spec>> {
    let mut written: Vec<Spec> = Vec::new();
    let mut losses = Vec::new();
    for (document, slo) in slos {
        let name = &document.head.name.value;
        if document.service.is_none() {
            let reason = "Sloth needs one; written as the SLO's name";
            losses.push(Loss::new(name, "service", reason));
        }
        let service = document.service.as_ref().unwrap_or(name);
        if let Some(sloth) = one(document, slo, &mut losses) {
            match written.iter_mut().find(|spec| spec.service == *service) {
                Some(spec) => spec.slos.push(sloth),
                None => written.push(Spec {
                    version: VERSION.to_owned(),
                    service: service.clone(),
                    labels: [].into(),
                    slo_plugins: None,
                    slos: vec![sloth],
                }),
            }
        }
    }
    Exchange { written, losses }
}

fn one(document: &SloDocument, slo: &Slo, losses: &mut Vec<Loss>) -> Option<SlothSlo> {
    let name = &document.head.name.value;
    let annotations = &document.head.annotations;
    let mut lose = |field: &str, reason: String| losses.push(Loss::new(name, field, reason));
    if document.asks_loki() {
        lose(
            "indicator",
            "Sloth asks Prometheus only; the SLO is left out".to_owned(),
        );
        return None;
    }
    if slo.objective.period != PERIOD {
        let period = duration::print(slo.objective.period);
        lose(
            "timeWindow",
            format!("a flag of Sloth's: sloth generate --default-slo-period {period}"),
        );
    }
    if document.head.display_name.is_some() {
        lose("metadata.displayName", "Sloth has one name".to_owned());
    }
    if !document.alert_policies.is_empty() {
        lose(
            "alertPolicies",
            "Sloth's windows and factors are its own".to_owned(),
        );
    }
    // Under `sloproof/` are notes to this program; but what another import kept is lost here.
    let homeless = |key: &str| !key.starts_with("sloproof/") || key.starts_with("sloproof/pyrra");
    for key in annotations.keys().filter(|key| homeless(key)) {
        lose("metadata.annotations", format!("`{key}` has no place"));
    }
    let alerting = match annotations
        .get(ALERTING)
        .map(|json| serde_json::from_str(json))
    {
        Some(Ok(alerting)) => alerting,
        Some(Err(error)) => {
            lose(
                ALERTING,
                format!("cannot be read: {error}; Sloth's defaults"),
            );
            Alerting::default()
        }
        None => Alerting {
            name: alert_name(name),
            ..Alerting::default()
        },
    };
    let Some(sli) = sli(document, slo) else {
        lose(
            "indicator",
            "a query is neither a counter selector nor has {{.window}}; the SLO is left out"
                .to_owned(),
        );
        return None;
    };
    Some(SlothSlo {
        name: annotations.get(NAME).unwrap_or(name).clone(),
        objective: percent(slo.objective.target),
        description: document.description.clone(),
        labels: document.head.labels.clone(),
        plugins: None,
        sli,
        alerting,
    })
}

/// `kv-availability` as `KvAvailability`: Sloth's alerts have no name of their own.
fn alert_name(name: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    };
    name.split('-').map(word).collect()
}

/// 99.9, without the dust of binary fractions.
fn percent(target: f64) -> f64 {
    (target * 100.0 * 1e10).round() / 1e10
}

fn sli(document: &SloDocument, slo: &Slo) -> Option<Sli> {
    let stored = document.objectives[0]
        .sli
        .as_ref()
        .or(document.sli.as_ref());
    if let Some(Measure::Raw { part, ratio }) = stored.map(|sli| &sli.measure)
        && let Some(query) = ratio.query.as_ref().map(|query| &query.value)
        && query.contains(WINDOW)
        && document.objectives[0].slice.is_none()
    {
        let error_ratio_query = match part {
            Part::Bad => query.clone(),
            Part::Good => format!("1 - ({query})"),
        };
        return Some(Sli {
            raw: Some(Raw { error_ratio_query }),
            ..Sli::default()
        });
    }
    let Indicator {
        part,
        part_query,
        total_query,
    } = &slo.indicator;
    let (events, total) = (rate(part_query)?, rate(total_query)?);
    let error_query = match part {
        Part::Bad => events,
        Part::Good => format!("({total})\n-\n({events})"),
    };
    Some(Sli {
        events: Some(Events {
            error_query,
            total_query: total,
        }),
        ..Sli::default()
    })
}

fn rate(query: &str) -> Option<String> {
    if query.contains(WINDOW) {
        Some(query.to_owned())
    } else {
        is_selector(query).then(|| format!("sum(rate({query}[{WINDOW}]))"))
    }
}
