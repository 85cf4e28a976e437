//! Servers: the target and the telemetry around it.

use crate::model::Millis;
use crate::model::yaml::Path;
use crate::scenario::files::Files;
use crate::scenario::plan::secret::credentials;
use crate::scenario::plan::{ConnectPlan, TargetPlan, TelemetryPlan};
use crate::scenario::review::Review;
use crate::scenario::spec::{TargetSpec, TelemetrySpec};

/// How often the local stack scrapes and evaluates.
const STACK_INTERVAL: Millis = Millis(500);
/// What Prometheus servers in the field mostly do, when the scenario names none.
const FIELD_INTERVAL: Millis = Millis(15_000);
const SETTLE_TIMEOUT: Millis = Millis(20_000);

pub(super) fn target(
    spec: Option<&TargetSpec>,
    files: &Files,
    path: &Path,
    review: &mut Review<'_>,
) -> TargetPlan {
    TargetPlan {
        url: spec.map(|s| place(&s.url, &path.at("url"), review)),
        fault_url: spec
            .and_then(|s| s.faults.as_ref())
            .map(|u| url(u, &path.at("faults"), review)),
        connect: spec
            .map(|s| connect(s, files, path, review))
            .unwrap_or_default(),
    }
}

fn connect(spec: &TargetSpec, files: &Files, path: &Path, review: &mut Review<'_>) -> ConnectPlan {
    let secure = spec.url.starts_with("https:");
    if let Some(file) = &spec.ca_file {
        let path = path.at("caFile");
        if let Err(remedy) = files.read(file) {
            review.report_part(&path, file, remedy);
        } else if spec.insecure {
            let message = "`insecure` trusts any certificate, so `caFile` would be for nothing";
            review.report(&path, message, |d| d.hint("leave out one of them"));
        }
    }
    for (field, given) in [
        ("caFile", spec.ca_file.is_some()),
        ("insecure", spec.insecure),
    ] {
        if given && !secure {
            let message = format!("`{field}` is for https, and `{}` is not", spec.url);
            review.report(&path.at(field), message, |d| d);
        }
    }
    ConnectPlan {
        ca_file: spec.ca_file.as_ref().map(|file| files.path(file)),
        insecure: spec.insecure,
        http2: spec.http2,
    }
}

/// A URL, or the socket of a service on this machine.
fn place(text: &str, path: &Path, review: &mut Review<'_>) -> String {
    if credentials(text).is_some() {
        let message = "a target's URL has no place for a user and a password";
        review.report(path, message, |d| {
            d.hint("headers: { authorization: \"Basic ${CREDENTIALS}\" } of each route")
        });
    }
    let Some(socket) = text.strip_prefix("unix:") else {
        return url(text, path, review);
    };
    if !socket.starts_with('/') || socket.ends_with('/') {
        let message = format!("`{text}` names no socket");
        review.report(path, message, |d| {
            d.label("unix: and an absolute path, such as unix:/run/kv.sock")
        });
    }
    text.to_owned()
}

pub(super) fn telemetry(
    spec: Option<&TelemetrySpec>,
    path: &Path,
    review: &mut Review<'_>,
) -> TelemetryPlan {
    let Some(spec) = spec else {
        return TelemetryPlan {
            stack: true,
            prometheus: None,
            loki: None,
            alertmanager: None,
            webhook_listen: None,
            scrape_interval: STACK_INTERVAL,
            evaluation_interval: STACK_INTERVAL,
            settle_timeout: SETTLE_TIMEOUT,
        };
    };
    let prometheus = path.at("prometheus");
    let alertmanager = path.at("alertmanager");
    let mut plan = TelemetryPlan {
        stack: false,
        prometheus: None,
        loki: None,
        alertmanager: None,
        webhook_listen: None,
        scrape_interval: FIELD_INTERVAL,
        evaluation_interval: FIELD_INTERVAL,
        settle_timeout: review.duration(&path.at("settleTimeout"), &spec.settle_timeout),
    };
    if let Some(named) = &spec.prometheus {
        plan.prometheus = Some(url(&named.url, &prometheus.at("url"), review));
        plan.scrape_interval =
            review.length(&prometheus.at("scrapeInterval"), &named.scrape_interval);
        plan.evaluation_interval = review.length(
            &prometheus.at("evaluationInterval"),
            &named.evaluation_interval,
        );
    }
    if let Some(named) = &spec.loki {
        plan.loki = Some(url(&named.url, &path.at("loki").at("url"), review));
    }
    if let Some(named) = &spec.alertmanager {
        plan.alertmanager = Some(url(&named.url, &alertmanager.at("url"), review));
        plan.webhook_listen.clone_from(&named.webhook_listen);
        if let Some(address) = &named.webhook_listen
            && address.parse::<std::net::SocketAddr>().is_err()
        {
            review.report(
                &alertmanager.at("webhookListen"),
                format!("`{address}` is not an address to listen at"),
                |d| d.label("an IP address and a port").hint("127.0.0.1:9099"),
            );
        }
    }
    plan
}

/// The local stack watches its own service and no other; servers of others do not watch the stack's.
pub(super) fn watched(
    target: &TargetPlan,
    telemetry: &TelemetryPlan,
    spec: &Path,
    review: &mut Review<'_>,
) {
    if target.url.is_none() && !telemetry.stack {
        review.report(
            &spec.at("telemetry"),
            "these servers cannot see the local stack's service, and no other service is named",
            |d| d.hint("name the service in spec.target.url, or leave spec.telemetry out"),
        );
    }
    if target.url.is_some() && telemetry.stack {
        review.report(
            &spec.at("target"),
            "the local stack does not watch this service",
            |d| d.hint("name its servers in spec.telemetry, or write `telemetry: {}` for none"),
        );
    }
}

/// A base URL without its trailing slash, so that paths can be appended.
fn url(text: &str, path: &Path, review: &mut Review<'_>) -> String {
    let rest = text
        .strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"));
    let fits = rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with(['/', ':', '?'])
            && !rest.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#' || c == '?')
    });
    if !fits {
        let bare =
            rest.is_none() && !text.is_empty() && !text.contains("://") && !text.contains(' ');
        review.report(path, format!("`{text}` is not a base URL"), |d| {
            if bare {
                d.hint(format!("http://{text}"))
            } else {
                d.label("such as http://127.0.0.1:8000")
            }
        });
    }
    text.trim_end_matches('/').to_owned()
}
