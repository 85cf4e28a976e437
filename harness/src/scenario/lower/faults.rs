//! Faults, in the names that the target's fault API knows.

use super::routes::written;
use crate::model::Millis;
use crate::model::yaml::Path;
use crate::scenario::plan::{
    DropCounter, Faults, LoadPlan, RouteFault, TargetPlan, TelemetryFault,
};
use crate::scenario::review::Review;
use crate::scenario::spec::{FaultsSpec, LoadSpec, RouteFaultSpec, RouteSpec};

/// The status of an inner fault: the service failed. Of an outer one: something in front of it did.
const INNER_STATUS: u16 = 500;
const OUTER_STATUS: u16 = 502;

/// `None` when nothing is broken.
pub(super) fn faults(
    spec: &FaultsSpec,
    load: &LoadSpec,
    path: &Path,
    review: &mut Review<'_>,
) -> Option<Faults> {
    let mut layer = |name: &str, specs: &[RouteFaultSpec], status| -> Vec<RouteFault> {
        let path = path.at(name);
        specs
            .iter()
            .enumerate()
            .map(|(i, fault)| route_fault(fault, load, status, &path.at(i), review))
            .collect()
    };
    let inner = layer("inner", &spec.inner, INNER_STATUS);
    let outer = layer("outer", &spec.outer, OUTER_STATUS);
    let telemetry = spec.telemetry.as_ref().map(|telemetry| {
        let path = path.at("telemetry").at("dropCounter");
        let drop = &telemetry.drop_counter;
        if let Some(status) = &drop.status {
            review.statuses(&path.at("status"), status);
        }
        TelemetryFault {
            drop_counter: DropCounter {
                ratio: review.percent(&path.at("share"), &drop.share),
                status: drop.status.as_ref().map(|s| s.0.clone()),
            },
        }
    });
    let faults = Faults {
        inner,
        outer,
        telemetry,
    };
    (faults != Faults::default()).then_some(faults)
}

fn route_fault(
    spec: &RouteFaultSpec,
    load: &LoadSpec,
    default_status: u16,
    path: &Path,
    review: &mut Review<'_>,
) -> RouteFault {
    let route = find(load, &spec.route, &path.at("route"), review);
    if spec.errors.is_none() && spec.latency.is_none() {
        review.report(path, "a fault needs `errors` or `latency`", |d| {
            d.hint("errors: 15%")
        });
    }
    if spec.errors.is_none() && spec.status.is_some() {
        review.report(
            &path.at("status"),
            "`status` without `errors`: no request would get it",
            |d| d.hint("errors: 15%"),
        );
    }
    let request = route.as_ref().map_or("", |r| r.request.as_str());
    let (method, target) = request.split_once(' ').unwrap_or_default();
    let labels = route.as_ref().map(|r| r.labels.clone());
    let labels = labels.unwrap_or_default();
    RouteFault {
        route: labels
            .route
            .unwrap_or_else(|| target.split('?').next().unwrap_or_default().to_owned()),
        method: Some(labels.method.unwrap_or_else(|| method.to_uppercase())),
        error_ratio: spec
            .errors
            .as_ref()
            .map_or(0.0, |text| review.percent(&path.at("errors"), text)),
        status: spec.status.unwrap_or(default_status),
        latency_ms: spec
            .latency
            .as_ref()
            .map_or(Millis(0), |text| review.duration(&path.at("latency"), text))
            .0,
    }
}

/// The route or step of this name, or a mistake at `path`.
pub(super) fn find(
    load: &LoadSpec,
    name: &str,
    path: &Path,
    review: &mut Review<'_>,
) -> Option<RouteSpec> {
    let routes = written(load);
    let spec = Path::root().at("spec").at("load");
    let lists_are_read = ["routes", "journeys"]
        .iter()
        .all(|list| !review.places.is_broken(&spec.at(*list)));
    let names_are_read = routes
        .iter()
        .all(|route| !review.places.is_broken(&route.path.at("name")));
    let known: Vec<&str> = routes.iter().map(|r| r.spec.name.as_str()).collect();
    if !known.contains(&name) && lists_are_read && names_are_read {
        review.unknown(path, &format!("unknown route `{name}`"), name, &known);
    }
    let found = routes.into_iter().find(|route| route.spec.name == name);
    found.map(|route| route.spec)
}

/// A target of one's own needs a fault API of its own.
pub(super) fn reachable(
    load: &LoadPlan,
    target: &TargetPlan,
    phases: &Path,
    review: &mut Review<'_>,
) {
    if target.url.is_none() || target.fault_url.is_some() {
        return;
    }
    if let Some((i, phase)) = load
        .phases
        .iter()
        .enumerate()
        .find(|(_, p)| p.faults.is_some())
    {
        let message = format!(
            "phase `{}` has faults, but the target has no fault API",
            phase.id
        );
        review.report(&phases.at(i).at("faults"), message, |d| {
            d.hint("add `faults: http://…` to `target`, or leave `target` to the local stack")
        });
    }
}
