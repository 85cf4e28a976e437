//! What is sent: two routes for 300 ms, with or without a journey.

use std::sync::Arc;

use crate::model::{Millis, PhaseId, RouteId};
use crate::scenario::plan::{
    Curve, Extract, FeederPlan, Journey, LoadPlan, Order, Phase, Route, Step,
};
use crate::verify::fixture::Fixture;

/// One phase of 300 ms at 400/s: 120 arrivals.
pub(super) fn plan() -> LoadPlan {
    let mut plan = Fixture::new().plan.load;
    plan.phases = vec![Phase {
        id: PhaseId::new("main").unwrap(),
        duration: Millis(300),
        rate_from: 400.0,
        rate_to: 400.0,
        curve: Curve::Line,
        measured: true,
        faults: None,
    }];
    (plan.timeout, plan.drain, plan.max_in_flight) = (Millis(100), Millis(100), 64);
    plan
}

/// The same with a journey of three steps, each of which wants a value of the one before, beside the two routes.
pub(super) fn plan_with_a_journey() -> LoadPlan {
    let mut plan = plan();
    let step = plan.routes[0].clone();
    let named = |name: &str, weight, path: &str| Route {
        id: RouteId::new(name).unwrap(),
        path: path.into(),
        weight,
        ..step.clone()
    };
    plan.routes.extend([
        named("first", 5, "/{users.name}"),
        named("second", 0, "/{length}/{users.name}"),
        named("third", 0, "/{text}"),
    ]);
    let step = |think, extract: Vec<(String, Extract)>| Step {
        think: Millis(think),
        extract,
    };
    let length = Extract::header("content-length").unwrap();
    let text = Extract::between("", "");
    plan.journeys = vec![Journey {
        name: "all".into(),
        first: 2,
        steps: vec![
            step(0, vec![("length".into(), length)]),
            step(20, vec![("text".into(), text)]),
            step(0, vec![]),
        ],
    }];
    plan.feeders = vec![FeederPlan {
        name: "users".into(),
        file: "users.csv".into(),
        order: Order::Sequence,
        columns: vec!["name".into()],
        rows: Arc::new(vec![vec![b"ann".to_vec()], vec![b"bo".to_vec()]]),
    }];
    plan
}

/// With time for a machine that is busy with other things.
pub(super) fn patient(mut plan: LoadPlan) -> LoadPlan {
    (plan.timeout, plan.drain) = (Millis(10_000), Millis(10_000));
    plan
}
