//! From Sloth to OpenSLO.

use std::collections::BTreeMap;

use serde_json::Value;

use super::spec::{Alerting, Sli, SlothSlo, Spec, VERSION};
use super::{ALERTING, NAME};
use crate::model::yaml::{self, Path, Places};
use crate::model::{Diagnostic, Millis, Source};
use crate::slo::exchange::{Exchange, Loss, duration};
use crate::slo::openslo::spec::{
    BudgetingMethod, Document, Inline, MetadataSpec, MetricSourceSpec, MetricSpec, ObjectiveSpec,
    RatioSpec, RawType, SliSpec, SloSpec, TimeWindowSpec,
};

const WINDOW: &str = "{{.window}}";

/// Reads every document of a file; mistakes go to `found`.
pub fn read(source: &Source, found: &mut Vec<Diagnostic>) -> Vec<Spec> {
    let before = found.len();
    let documents = yaml::parse(source, found);
    if documents.is_empty() && found.len() == before {
        found.push(Diagnostic::whole_file(
            &source.file,
            "no Sloth document in this file",
        ));
    }
    let mut specs = Vec::new();
    for node in &documents {
        let version = node.get("version");
        if version.and_then(yaml::Node::as_text) != Some(VERSION) {
            let span = version.unwrap_or(node).span;
            let mistake = source.mistake(span, "not a Sloth document of `prometheus/v1`");
            let mistake = mistake.hint("version: prometheus/v1");
            found.push(match node.get("kind").and_then(yaml::Node::as_text) {
                Some("PrometheusServiceLevel") => mistake.note(
                    "note",
                    "a Kubernetes resource holds the same under `spec`, with other spelling",
                ),
                _ => mistake,
            });
            continue;
        }
        if let Some(shaped) = yaml::read::<Spec>(source, node, found) {
            let mut spec = shaped.value;
            spec.slos.iter_mut().for_each(tighten);
            check(source, &spec, &shaped.places, found);
            specs.push(spec);
        }
    }
    specs
}

/// Writes each place of the window in one way: `{{ .window }}` is the same to Sloth.
fn tighten(slo: &mut SlothSlo) {
    let events = slo.sli.events.iter_mut();
    let events = events.flat_map(|events| [&mut events.error_query, &mut events.total_query]);
    let raw = slo.sli.raw.iter_mut().map(|raw| &mut raw.error_ratio_query);
    for query in events.chain(raw) {
        let mut tight = String::new();
        let mut rest = query.as_str();
        while let Some((before, after)) = rest.split_once("{{") {
            tight.push_str(before);
            match after.split_once("}}") {
                Some((name, after)) if name.trim() == ".window" => {
                    tight.push_str(WINDOW);
                    rest = after;
                }
                _ => {
                    tight.push_str("{{");
                    rest = after;
                }
            }
        }
        tight.push_str(rest);
        *query = tight;
    }
}

fn check(source: &Source, spec: &Spec, places: &Places, found: &mut Vec<Diagnostic>) {
    for (i, slo) in spec.slos.iter().enumerate() {
        let path = Path::root().at("slos").at(i);
        let mut report = |path: &Path, message: &str, hint: &str| {
            if !places.is_broken(path) {
                found.push(source.mistake(places.span(path), message).hint(hint));
            }
        };
        if !(slo.objective > 0.0 && slo.objective < 100.0) {
            let message = "objective out of range: a percentage, above 0 and below 100";
            report(&path.at("objective"), message, "objective: 99.9");
        }
        let alerting = &slo.alerting;
        let alerts = !(alerting.page_alert.disable && alerting.ticket_alert.disable);
        if alerts && alerting.name.is_empty() {
            let message = "an SLO that alerts has a name for its alerts";
            report(
                &path.at("alerting"),
                message,
                "alerting: { name: KvErrors }",
            );
        }
        let sli = &slo.sli;
        let at = path.at("sli");
        let mut queries = Vec::new();
        if let Some(events) = &sli.events {
            let at = at.at("events");
            queries.push((at.at("error_query"), &events.error_query));
            queries.push((at.at("total_query"), &events.total_query));
        }
        if let Some(raw) = &sli.raw {
            queries.push((at.at("raw").at("error_ratio_query"), &raw.error_ratio_query));
        }
        for (path, query) in queries {
            if !query.contains(WINDOW) {
                let message = "a query has no place for the window";
                report(&path, message, "sum(rate(x[{{.window}}]))");
            }
        }
        let forms = [
            sli.events.is_some(),
            sli.raw.is_some(),
            sli.plugin.is_some(),
        ];
        if forms.iter().filter(|form| **form).count() != 1 {
            let message = "an SLI has exactly one of `events`, `raw` and `plugin`";
            report(&path.at("sli"), message, "events");
        }
    }
}

/// The same as OpenSLO, over `period`, which Sloth takes from a flag.
pub fn import(specs: &[Spec], period: Millis) -> Exchange<Vec<Document<SloSpec>>> {
    let mut written = Vec::new();
    let mut losses = Vec::new();
    for spec in specs {
        if spec.slo_plugins.is_some() {
            let reason = "plugins are programs of Sloth's; left out";
            losses.push(Loss::new(&spec.service, "slo_plugins", reason));
        }
        for slo in &spec.slos {
            if slo.plugins.is_some() {
                let reason = "plugins are programs of Sloth's; left out";
                losses.push(Loss::new(&slo.name, "plugins", reason));
            }
            match indicator(&slo.sli) {
                Some(ratio) => written.push(document(spec, slo, ratio, period, &mut losses)),
                None => losses.push(Loss::new(
                    &slo.name,
                    "sli.plugin",
                    "a plugin's query is known to Sloth only; the SLO is left out",
                )),
            }
        }
    }
    Exchange { written, losses }
}

fn indicator(sli: &Sli) -> Option<RatioSpec> {
    let metric = |query: &str| {
        Some(MetricSpec {
            metric_source: MetricSourceSpec {
                metric_source_ref: None,
                kind: Some("Prometheus".to_owned()),
                spec: [("query".to_owned(), Value::from(query.trim()))].into(),
            },
        })
    };
    if let Some(events) = &sli.events {
        return Some(RatioSpec {
            counter: Some(true),
            bad: metric(&events.error_query),
            total: metric(&events.total_query),
            ..RatioSpec::default()
        });
    }
    let raw = sli.raw.as_ref()?;
    Some(RatioSpec {
        raw_type: Some(RawType::Failure),
        raw: metric(&raw.error_ratio_query),
        ..RatioSpec::default()
    })
}

fn document(
    spec: &Spec,
    slo: &SlothSlo,
    ratio: RatioSpec,
    period: Millis,
    losses: &mut Vec<Loss>,
) -> Document<SloSpec> {
    let name = name(&slo.name);
    let mut annotations = BTreeMap::new();
    if name != slo.name {
        annotations.insert(NAME.to_owned(), slo.name.clone());
        let reason =
            format!("not a name in OpenSLO; written as `{name}`, and kept in an annotation");
        losses.push(Loss::new(&slo.name, "name", reason));
    }
    if slo.alerting != Alerting::default()
        && let Ok(json) = serde_json::to_string(&slo.alerting)
    {
        annotations.insert(ALERTING.to_owned(), json);
        let reason =
            "OpenSLO names no alerts; kept in an annotation, for --style sloth and for exports";
        losses.push(Loss::new(&slo.name, "alerting", reason));
    }
    let labels = spec.labels.iter().chain(&slo.labels);
    let labels: BTreeMap<String, Value> = labels
        .map(|(label, value)| (label.clone(), Value::from(value.as_str())))
        .collect();
    let duration = duration::openslo(period).unwrap_or_else(|| "30d".to_owned());
    Document {
        api_version: "openslo/v1".to_owned(),
        kind: "SLO".to_owned(),
        metadata: MetadataSpec {
            name,
            display_name: None,
            labels: (!labels.is_empty()).then_some(labels),
            annotations: (!annotations.is_empty()).then_some(annotations),
        },
        spec: SloSpec {
            description: Some(slo.description.clone()).filter(|text| !text.is_empty()),
            service: Some(spec.service.clone()),
            indicator: Some(Inline {
                api_version: None,
                kind: None,
                metadata: None,
                spec: SliSpec {
                    ratio_metric: Some(ratio),
                    ..SliSpec::default()
                },
            }),
            indicator_ref: None,
            time_window: vec![TimeWindowSpec {
                duration,
                is_rolling: true,
                calendar: None,
            }],
            budgeting_method: BudgetingMethod::Occurrences,
            objectives: vec![ObjectiveSpec {
                target_percent: Some(slo.objective),
                ..ObjectiveSpec::default()
            }],
            alert_policies: Vec::new(),
        },
    }
}

/// The nearest name that OpenSLO allows.
fn name(text: &str) -> String {
    let words: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let mut name = words.join("-");
    name.truncate(63);
    let name = name.trim_end_matches('-');
    if name.is_empty() {
        "slo".to_owned()
    } else {
        name.to_owned()
    }
}
