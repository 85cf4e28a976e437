//! Selectors of the service's telemetry.

use crate::model::Engine;
use crate::model::yaml::Path;
use crate::scenario::plan::{LatencySignal, LogSignal, RequestSignal, Signals, TelemetryPlan};
use crate::scenario::review::Review;
use crate::scenario::selector::{is_log_selector, is_metric_selector};
use crate::scenario::spec::SignalsSpec;

pub(super) fn signals(
    spec: &SignalsSpec,
    telemetry: &TelemetryPlan,
    path: &Path,
    review: &mut Review<'_>,
) -> Signals {
    let requests = spec.requests.as_ref().map(|s| {
        let path = path.at("requests");
        needs(Engine::Prometheus, telemetry, &path, review);
        metric_selector(&s.selector, &path.at("selector"), review);
        label("route", s.labels.route.as_ref(), &path, review);
        label("method", s.labels.method.as_ref(), &path, review);
        label("status", s.labels.status.as_ref(), &path, review);
        RequestSignal {
            selector: s.selector.trim().to_owned(),
            route_label: s.labels.route.clone(),
            method_label: s.labels.method.clone(),
            status_label: s.labels.status.clone(),
        }
    });
    let latency = spec.latency.as_ref().map(|s| {
        let path = path.at("latency");
        needs(Engine::Prometheus, telemetry, &path, review);
        metric_selector(&s.selector, &path.at("selector"), review);
        label("route", s.labels.route.as_ref(), &path, review);
        label("method", s.labels.method.as_ref(), &path, review);
        if !(s.quantile > 0.0 && s.quantile < 1.0) {
            let percent = s.quantile > 1.0 && s.quantile < 100.0;
            review.report(&path.at("quantile"), "the quantile is out of range", |d| {
                let d = d.label("above 0 and below 1");
                if percent {
                    d.hint(format!("{}", s.quantile / 100.0))
                } else {
                    d
                }
            });
        }
        LatencySignal {
            selector: s.selector.trim().to_owned(),
            route_label: s.labels.route.clone(),
            method_label: s.labels.method.clone(),
            quantile: s.quantile,
            allowed_gap: review.duration(&path.at("allowedGap"), &s.allowed_gap),
        }
    });
    let error_logs = spec.error_logs.as_ref().map(|s| {
        let path = path.at("errorLogs");
        needs(Engine::Loki, telemetry, &path, review);
        if !is_log_selector(&s.selector) {
            review.report(&path.at("selector"), "not a LogQL selector", |d| {
                d.label(r#"such as {app="kv"} | json | status >= 500"#)
            });
        }
        label("route", s.labels.route.as_ref(), &path, review);
        label("method", s.labels.method.as_ref(), &path, review);
        label("status", s.labels.status.as_ref(), &path, review);
        LogSignal {
            selector: s.selector.trim().to_owned(),
            statuses: review.statuses(&path.at("statuses"), &s.statuses),
            route_label: s.labels.route.clone(),
            method_label: s.labels.method.clone(),
            status_label: s.labels.status.clone(),
        }
    });
    Signals {
        requests,
        latency,
        error_logs,
    }
}

/// Notes that a server is needed which the scenario does not name.
pub(super) fn needs(
    engine: Engine,
    telemetry: &TelemetryPlan,
    path: &Path,
    review: &mut Review<'_>,
) {
    if !telemetry.has(engine) {
        let product = match engine {
            Engine::Prometheus => "Prometheus",
            Engine::Loki => "Loki",
        };
        review.report(path, format!("this needs {product}, and `telemetry` names none"), |d| {
            d.hint(format!(
                "`{engine}: {{ url: … }}` in `telemetry`, or no `telemetry` at all for the local stack"
            ))
        });
    }
}

fn metric_selector(text: &str, path: &Path, review: &mut Review<'_>) {
    if !is_metric_selector(text) {
        review.report(path, "not a PromQL selector", |d| {
            d.label(r#"a metric with matchers, such as http_requests_total{job="kv"}"#)
        });
    }
}

fn label(what: &str, name: Option<&String>, path: &Path, review: &mut Review<'_>) {
    let Some(name) = name else { return };
    let fits = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !fits {
        let path = path.at("labels").at(what);
        review.report(&path, format!("`{name}` is not a label name"), |d| d);
    }
}
