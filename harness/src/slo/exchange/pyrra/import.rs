//! From Pyrra to OpenSLO.

use serde_json::Value;

use super::KEPT;
use super::spec::{Indicator, PyrraSlo};
use crate::model::yaml::{self, Path, Places};
use crate::model::{Diagnostic, Millis, Source};
use crate::slo::exchange::selector::Selector;
use crate::slo::exchange::{Exchange, Loss, duration};
use crate::slo::openslo::spec::{
    BudgetingMethod, Document, Inline, MetadataSpec, MetricSourceSpec, MetricSpec, ObjectiveSpec,
    RatioSpec, SliSpec, SloSpec, TimeWindowSpec,
};
use crate::slo::openslo::tidy;

/// Reads every document of a file; mistakes go to `found`, and a document with any is left out.
pub fn read(source: &Source, found: &mut Vec<Diagnostic>) -> Vec<PyrraSlo> {
    let before = found.len();
    let documents = yaml::parse(source, found);
    if documents.is_empty() && found.len() == before {
        found.push(Diagnostic::whole_file(
            &source.file,
            "no Pyrra document in this file",
        ));
    }
    let mut slos = Vec::new();
    for node in &documents {
        let version = node.get("apiVersion");
        let text = version.and_then(yaml::Node::as_text).unwrap_or_default();
        let kind = node.get("kind").and_then(yaml::Node::as_text);
        if text != "pyrra.dev/v1alpha1" || kind != Some("ServiceLevelObjective") {
            let span = version.unwrap_or(node).span;
            let mistake = source.mistake(span, "not a ServiceLevelObjective of Pyrra's");
            found.push(mistake.hint("apiVersion: pyrra.dev/v1alpha1"));
            continue;
        }
        let before = found.len();
        if let Some(shaped) = yaml::read::<PyrraSlo>(source, node, found) {
            check(source, &shaped.value, &shaped.places, found);
            if found.len() == before {
                slos.push(shaped.value);
            }
        }
    }
    slos
}

fn check(source: &Source, slo: &PyrraSlo, places: &Places, found: &mut Vec<Diagnostic>) {
    let spec = Path::root().at("spec");
    let mut report = |path: &Path, message: String, hint: &str| {
        if !places.is_broken(path) {
            found.push(source.mistake(places.span(path), message).hint(hint));
        }
    };
    if slo.target().is_none() {
        let message = format!(
            "`{}` is not a percentage above 0 and below 100",
            slo.spec.target
        );
        report(&spec.at("target"), message, "target: \"99.9\"");
    }
    let window = Millis::from_promql(&slo.spec.window).filter(|w| w.0 >= 3_600_000);
    if window.and_then(duration::openslo).is_none() {
        let message = format!("`{}` is not a period of an hour or more", slo.spec.window);
        report(&spec.at("window"), message, "window: 4w");
    }
    let indicator = &slo.spec.indicator;
    let at = spec.at("indicator");
    let mut forms = 0;
    let mut selectors: Vec<(Path, &str)> = Vec::new();
    if let Some(ratio) = &indicator.ratio {
        forms += 1;
        let at = at.at("ratio");
        selectors.push((at.at("errors").at("metric"), &ratio.errors.metric));
        selectors.push((at.at("total").at("metric"), &ratio.total.metric));
    }
    if let Some(latency) = &indicator.latency {
        forms += 1;
        let at = at.at("latency");
        let bucket = Selector::parse(&latency.success.metric);
        if bucket.is_some_and(|bucket| bucket.equal("le").is_none()) {
            let message = "a latency's success metric is a bucket".to_owned();
            report(&at.at("success").at("metric"), message, "le=\"0.25\"");
        }
        selectors.push((at.at("success").at("metric"), &latency.success.metric));
        selectors.push((at.at("total").at("metric"), &latency.total.metric));
    }
    if let Some(native) = &indicator.latency_native {
        forms += 1;
        let at = at.at("latencyNative");
        if Millis::from_promql(&native.latency).is_none() {
            let message = format!("`{}` is not a duration", native.latency);
            report(&at.at("latency"), message, "200ms");
        }
        selectors.push((at.at("total").at("metric"), &native.total.metric));
    }
    if let Some(gauge) = &indicator.bool_gauge {
        forms += 1;
        selectors.push((at.at("bool_gauge").at("metric"), &gauge.metric));
    }
    if forms != 1 {
        let message =
            "an SLO has exactly one of `ratio`, `latency`, `latencyNative` and `bool_gauge`";
        report(&at, message.to_owned(), "ratio");
    }
    for (path, text) in selectors {
        if Selector::parse(text).is_none() {
            let message = format!("`{text}` is not a metric selector");
            report(&path, message, "http_requests_total{job=\"api\"}");
        }
    }
}

/// The same as OpenSLO.
pub fn import(slos: &[PyrraSlo]) -> Exchange<Vec<Document<SloSpec>>> {
    let mut losses = Vec::new();
    let written = slos.iter().filter_map(|slo| document(slo, &mut losses));
    Exchange {
        written: written.collect(),
        losses,
    }
}

fn document(slo: &PyrraSlo, losses: &mut Vec<Loss>) -> Option<Document<SloSpec>> {
    let name = &slo.metadata.name;
    let spec = &slo.spec;
    let mut kept = false;
    let mut keep = |field: &str, reason: &str, there: bool| {
        if there {
            kept = true;
            let reason =
                format!("{reason}; kept in an annotation, for --style pyrra and for exports");
            losses.push(Loss::new(name, field, reason));
        }
    };
    let grouping = |list: Option<&Vec<String>>| list.is_some_and(|list| !list.is_empty());
    let indicator = &spec.indicator;
    let grouped = grouping(indicator.ratio.as_ref().map(|i| &i.grouping))
        || grouping(indicator.latency.as_ref().map(|i| &i.grouping))
        || grouping(indicator.latency_native.as_ref().map(|i| &i.grouping))
        || grouping(indicator.bool_gauge.as_ref().map(|i| &i.grouping));
    keep(
        "grouping",
        "OpenSLO has one objective for all groups together",
        grouped,
    );
    let alerting = spec.alerting != super::Alerting::default();
    keep("alerting", "OpenSLO names no alerts", alerting);
    keep(
        "metadata.namespace",
        "OpenSLO has no namespaces",
        slo.metadata.namespace.is_some(),
    );
    let thanos = spec.partial_response_strategy.is_some();
    keep("partial_response_strategy", "it is for Thanos only", thanos);
    let fast = spec.performance_over_accuracy == Some(true);
    keep(
        "performanceOverAccuracy",
        "OpenSLO does not say how events are counted",
        fast,
    );
    keep(
        "indicator",
        "written as queries",
        indicator.ratio.is_none() && indicator.latency.is_none(),
    );

    let mut annotations = slo.metadata.annotations.clone();
    if kept && let Ok(json) = serde_json::to_string(slo) {
        annotations.insert(KEPT.to_owned(), json);
    }
    let labels = slo.metadata.labels.iter();
    let labels = labels.map(|(label, value)| (label.clone(), Value::from(value.as_str())));
    Some(Document {
        api_version: "openslo/v1".to_owned(),
        kind: "SLO".to_owned(),
        metadata: MetadataSpec {
            name: name.clone(),
            display_name: None,
            labels: (!slo.metadata.labels.is_empty()).then(|| labels.collect()),
            annotations: (!annotations.is_empty()).then_some(annotations),
        },
        spec: SloSpec {
            description: Some(spec.description.clone()).filter(|text| !text.is_empty()),
            service: None,
            indicator: Some(Inline {
                api_version: None,
                kind: None,
                metadata: None,
                spec: SliSpec {
                    ratio_metric: Some(ratio(indicator)?),
                    ..SliSpec::default()
                },
            }),
            indicator_ref: None,
            time_window: vec![TimeWindowSpec {
                duration: duration::openslo(Millis::from_promql(&spec.window)?)?,
                is_rolling: true,
                calendar: None,
            }],
            budgeting_method: BudgetingMethod::Occurrences,
            objectives: vec![ObjectiveSpec {
                target_percent: Some(tidy(slo.target()? * 100.0)),
                ..ObjectiveSpec::default()
            }],
            alert_policies: Vec::new(),
        },
    })
}

fn ratio(indicator: &Indicator) -> Option<RatioSpec> {
    let metric = |query: String| {
        Some(MetricSpec {
            metric_source: MetricSourceSpec {
                metric_source_ref: None,
                kind: Some("Prometheus".to_owned()),
                spec: [("query".to_owned(), Value::from(query))].into(),
            },
        })
    };
    let made = |good, bad, total| RatioSpec {
        counter: Some(true),
        good,
        bad,
        total,
        ..RatioSpec::default()
    };
    if let Some(ratio) = &indicator.ratio {
        let bad = metric(ratio.errors.metric.clone());
        return Some(made(None, bad, metric(ratio.total.metric.clone())));
    }
    if let Some(latency) = &indicator.latency {
        let good = metric(latency.success.metric.clone());
        return Some(made(good, None, metric(latency.total.metric.clone())));
    }
    if let Some(native) = &indicator.latency_native {
        let seconds = Millis::from_promql(&native.latency)?.as_secs_f64();
        let all = format!("sum(rate({}[{{{{.window}}}}]))", native.total.metric);
        let good = format!("histogram_fraction(0, {seconds}, {all}) * histogram_count({all})");
        let total = metric(format!("histogram_count({all})"));
        return Some(made(metric(good), None, total));
    }
    let gauge = &indicator.bool_gauge.as_ref()?.metric;
    let over = |function: &str| metric(format!("sum({function}({gauge}[{{{{.window}}}}]))"));
    Some(made(over("sum_over_time"), None, over("count_over_time")))
}
