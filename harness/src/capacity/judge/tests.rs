use super::*;
use crate::ledger::{Cell, GeneratorFacts, OutcomeCounts};
use crate::model::outcome::NotSent;
use crate::model::{PhaseId, RouteId};

/// What became of the arrivals of a step.
#[derive(Clone, Copy, Default)]
struct Step {
    answered: u64,
    errors: u64,
    timed_out: u64,
    not_sent: u64,
    /// Not sent either, for want of a value of the reply before.
    without_value: u64,
    service_us: u64,
    delay_us: u64,
}

fn ledger(step: Step) -> Ledger {
    let (mut response, mut service, mut delay, mut censored) = Default::default();
    let record = |h: &mut LatencyHistogram, us: u64, n: u64| (0..n).for_each(|_| h.record(us));
    let answered = step.answered + step.errors;
    record(&mut service, step.service_us, answered);
    record(&mut response, step.service_us + step.delay_us, answered);
    record(&mut response, 1_000_000, step.timed_out);
    record(&mut censored, 1_000_000, step.timed_out);
    record(&mut delay, step.delay_us, answered + step.timed_out);
    let outcomes = OutcomeCounts {
        completed: [(200, step.answered), (500, step.errors)].into(),
        timed_out: step.timed_out,
        not_sent: step.not_sent + step.without_value,
        why_not_sent: [
            (NotSent::Behind, step.not_sent),
            (NotSent::NoValue, step.without_value),
        ]
        .into(),
        ..OutcomeCounts::default()
    };
    Ledger {
        schema_version: 1,
        cells: vec![Cell {
            route: RouteId::new("get").unwrap(),
            phase: PhaseId::new("measured").unwrap(),
            measured: true,
            planned: outcomes.total(),
            good: step.answered,
            outcomes,
            response,
            censored,
            errors: None,
            service,
            delay,
        }],
        windows: vec![],
        slowest: vec![],
        failed: vec![],
        generator: GeneratorFacts::default(),
        watch: vec![],
    }
}

fn objective() -> Objective {
    Objective {
        latency: vec!["p99 < 50ms".parse().unwrap()],
        bad: Ratio(0.01),
    }
}

fn on_time() -> Delivery {
    Delivery {
        kept_up: Ok(()),
        lacked_places: None,
        busy: None,
    }
}

fn late() -> Delivery {
    Delivery {
        kept_up: Err("requests left 300 ms late (p99)".into()),
        ..on_time()
    }
}

fn judged(step: Step, delivery: &Delivery) -> (Judged, String) {
    let Judgement { judged, why } = judge(&objective(), &ledger(step), delivery);
    (judged, why)
}

const GOOD: Step = Step {
    answered: 2000,
    errors: 0,
    timed_out: 0,
    not_sent: 0,
    without_value: 0,
    service_us: 9000,
    delay_us: 50,
};

#[test]
fn a_step_on_time_holds_or_breaks_by_latency_and_by_errors() {
    assert_eq!(judged(GOOD, &on_time()), (Judged::Holds, String::new()));
    let slow = Step {
        service_us: 71_000,
        ..GOOD
    };
    let (what, why) = judged(slow, &on_time());
    assert_eq!((what, why.as_str()), (Judged::Breaks, "p99 71 ms"));
    let failing = Step { errors: 40, ..GOOD };
    let (what, why) = judged(failing, &on_time());
    assert_eq!((what, why.as_str()), (Judged::Breaks, "2.0 % bad"));
    let barely = Step { errors: 20, ..GOOD };
    assert_eq!(judged(barely, &on_time()).0, Judged::Holds);
}

#[test]
fn a_journey_whose_replies_lack_a_value_breaks_the_objective_by_its_bad_share_and_not_by_its_latency()
 {
    let step = |without_value| Step {
        without_value,
        ..GOOD
    };
    let (what, why) = judged(step(500), &on_time());
    assert_eq!((what, why.as_str()), (Judged::Breaks, "20.0 % bad"));
    let tolerant = Objective {
        bad: Ratio(0.5),
        ..objective()
    };
    let judgement = judge(&tolerant, &ledger(step(500)), &on_time());
    assert_eq!(judgement.judged, Judged::Holds, "{}", judgement.why);
}

#[test]
fn requests_that_were_given_up_are_slower_than_all_others() {
    let objective = Objective {
        bad: Ratio(0.5),
        ..objective()
    };
    let step = Step {
        timed_out: 100,
        ..GOOD
    };
    let judgement = judge(&objective, &ledger(step), &on_time());
    assert_eq!(judgement.judged, Judged::Breaks, "{}", judgement.why);
}

#[test]
fn a_late_generator_proves_nothing_however_slow_it_all_looks() {
    let slow = Step {
        service_us: 71_000,
        delay_us: 300_000,
        ..GOOD
    };
    let (what, why) = judged(slow, &late());
    assert_eq!(what, Judged::Invalid);
    assert_eq!(why, "requests left 300 ms late (p99)");
    assert_eq!(judged(GOOD, &late()).0, Judged::Invalid);
}

#[test]
fn lateness_for_want_of_a_place_is_the_services_where_its_own_time_breaks_the_objective() {
    let lacking = Delivery {
        lacked_places: Some(64),
        ..late()
    };
    let slow = Step {
        service_us: 128_000,
        delay_us: 900_000,
        ..GOOD
    };
    assert_eq!(judged(slow, &lacking).0, Judged::Breaks);
    let few_places = Step {
        service_us: 9000,
        delay_us: 900_000,
        not_sent: 500,
        ..GOOD
    };
    let (what, why) = judged(few_places, &lacking);
    assert_eq!(what, Judged::Invalid);
    assert!(
        why.contains("one of 64 places") && why.contains("raise -c"),
        "{why}"
    );
}

#[test]
fn a_break_that_the_generators_own_lateness_makes_is_none() {
    let step = Step {
        service_us: 45_000,
        delay_us: 8000,
        ..GOOD
    };
    let (what, why) = judged(step, &on_time());
    assert_eq!((what, why.as_str()), (Judged::Invalid, LATE));
}

#[test]
fn a_busy_generator_may_claim_that_it_holds_but_not_that_it_breaks() {
    let busy = Delivery {
        busy: Some("the generator's threads were busy".into()),
        ..on_time()
    };
    let slow = Step {
        service_us: 71_000,
        ..GOOD
    };
    assert_eq!(judged(slow, &busy).0, Judged::Invalid);
    assert_eq!(judged(GOOD, &busy).0, Judged::Holds);
}

#[test]
fn a_service_that_hangs_breaks_the_objective_though_hardly_anything_was_sent() {
    let lacking = Delivery {
        lacked_places: Some(64),
        ..late()
    };
    let hanging = Step {
        answered: 0,
        timed_out: 64,
        not_sent: 1936,
        ..GOOD
    };
    assert_eq!(judged(hanging, &lacking).0, Judged::Breaks);
}

#[test]
fn too_few_samples_prove_nothing() {
    let few = Step {
        answered: 999,
        ..GOOD
    };
    let (what, why) = judged(few, &on_time());
    assert_eq!(what, Judged::Invalid);
    assert_eq!(why, "999 samples, where 1000 are needed");
}
