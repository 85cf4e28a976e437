//! The engine against servers that answer, stall, die, reset and close: whatever they do, every planned arrival has
//! exactly one outcome.

mod plans;
mod ran;
mod server;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::ledger::{
    Binder, Cell, GeneratorFacts, LatencyHistogram, Ledger, OutcomeCounts, Recorder, Sample,
    TraceId,
};
use crate::load::engine::{Loop, layout};
use crate::load::schedule::Schedule;
use crate::model::outcome::NotSent;
use crate::model::{Millis, Outcome, PhaseId, RouteId};
use crate::scenario::plan::{Arrivals, Extract, LoadPlan, Order};
use plans::{patient, plan, plan_with_a_journey};
use ran::{Ran, run, run_from};
use server::{Manner, Server};

/// Outcomes of a route.
fn of_route(ledger: &Ledger, name: &str) -> OutcomeCounts {
    Ledger::sum_outcomes(ledger.route(&RouteId::new(name).unwrap()))
}

fn open(manner: Manner) -> Ran {
    let server = Server::start(manner);
    run(&plan(), &server.url, Loop::Open, 1, None)
}

#[test]
fn a_prompt_server_answers_everything_over_few_connections() {
    let ran = open(Manner::Prompt);
    assert_eq!(ran.planned(), 120);
    assert_eq!(ran.outcomes().completed_total(), 120);
    assert!(ran.opened <= 64, "{} connections", ran.opened);
    assert_eq!(ran.reopened, 0);
    assert_eq!(ran.windows, 120);
}

#[test]
fn bodies_of_more_than_a_round_reads_are_read_to_their_end() {
    let server = Server::start(Manner::Big);
    let ran = run(&patient(plan()), &server.url, Loop::Open, 1, None);
    let outcomes = ran.outcomes();
    assert_eq!(outcomes.completed_total(), 120, "{outcomes:?}");
    assert_eq!(
        ran.reopened, 0,
        "each was whole, and its connection used again"
    );
}

#[test]
fn a_mute_server_times_every_request_out_and_keeps_the_rest_waiting() {
    let server = Server::start(Manner::Mute);
    let mut plan = plan();
    plan.max_in_flight = 16;
    let ran = run(&plan, &server.url, Loop::Open, 1, None);
    let outcomes = ran.outcomes();
    assert_eq!((ran.planned(), outcomes.total()), (120, 120));
    assert_eq!(outcomes.timed_out + outcomes.not_sent, 120);
    assert!(
        outcomes.timed_out >= 16,
        "each place times out at least once"
    );
    assert!(
        ran.waited > 0,
        "16 places cannot hold 40 mute requests at once"
    );
    for cell in &ran.ledger.cells {
        assert_eq!(cell.censored.count(), cell.outcomes.timed_out);
    }
}

#[test]
fn a_stall_is_seen_from_the_intended_times() {
    let server = Server::start(Manner::StalledUntil(Duration::from_millis(250)));
    let mut plan = plan();
    (plan.timeout, plan.drain, plan.max_in_flight) = (Millis(5000), Millis(5000), 4);
    let ran = run(&plan, &server.url, Loop::Open, 1, None);
    assert_eq!(ran.outcomes().completed_total(), 120);
    let response = Ledger::merge_histograms(&ran.ledger.cells, |c| &c.response);
    let service = Ledger::merge_histograms(&ran.ledger.cells, |c| &c.service);
    // Arrivals of the first 250 ms wait for its end, most of them for a place: half of them longer than 100 ms.
    assert!(
        response.quantile(0.5).unwrap() > 50_000,
        "{:?}",
        response.quantile(0.5)
    );
    // Only four were ever sent into the stall; the others' own exchanges were quick.
    assert!(
        service.count_above(100_000) <= 4,
        "{}",
        service.count_above(100_000)
    );
}

#[test]
#[cfg(target_os = "linux")]
fn latencies_beyond_the_range_are_recorded_as_its_end_and_told() {
    let server = Server::start(Manner::Prompt);
    let mut plan = patient(plan());
    plan.drain = Millis(4 * 3_600_000);
    // As if the machine had slept: every arrival was due two hours ago.
    let start = Instant::now().checked_sub(Duration::from_hours(2)).unwrap();
    let ran = run_from(start, &plan, &server.url, Loop::Open, 1, None);
    assert_eq!(ran.outcomes().completed_total(), 120);
    let merged = |pick: fn(&Cell) -> &LatencyHistogram| {
        Ledger::merge_histograms(&ran.ledger.cells, pick).saturated()
    };
    assert_eq!(merged(|cell| &cell.response), 120);
    assert_eq!(merged(|cell| &cell.delay), 120);
    assert_eq!(merged(|cell| &cell.service), 0);
}

#[test]
fn what_breaks_is_told_as_broken() {
    // No request waits for its time-out, so that it may be far away: a busy machine must not reach it.
    let mut plan = plan();
    (plan.timeout, plan.drain) = (Millis(10_000), Millis(10_000));
    for manner in [Manner::Closing, Manner::Resetting, Manner::HalfClosing] {
        let server = Server::start(manner);
        let outcomes = run(&plan, &server.url, Loop::Open, 1, None).outcomes();
        assert_eq!(outcomes.total(), 120, "{manner:?}");
        assert_eq!(outcomes.broken, 120, "{manner:?}: {outcomes:?}");
    }
}

#[test]
fn a_server_that_leaves_after_each_answer_breaks_nothing_it_had_time_to_close() {
    let ran = open(Manner::LeavingAfterEach);
    let outcomes = ran.outcomes();
    assert_eq!(outcomes.total(), 120);
    // A request that crosses the close on its way may break; one that finds the connection closed is sent afresh.
    assert!(outcomes.completed_total() > 60, "{outcomes:?}");
    assert!(ran.opened > 60, "{} connections", ran.opened);
    // Each but the first of a place took the place of one that was lost.
    assert!(ran.reopened > 0 && ran.reopened < ran.opened);
}

#[test]
fn a_killed_server_leaves_refused_connections() {
    let outcomes = open(Manner::KilledAfter(Duration::from_millis(150))).outcomes();
    assert_eq!(outcomes.total(), 120);
    assert!(
        outcomes.completed_total() > 0 && outcomes.connect_failed > 0,
        "{outcomes:?}"
    );
}

#[test]
fn a_closed_loop_plans_what_it_asks_and_ends_in_time() {
    let server = Server::start(Manner::Prompt);
    let mut plan = patient(plan());
    // Long enough for more than one request of each place on a machine that is busy with other things.
    plan.phases[0].duration = Millis(2000);
    let ran = run(&plan, &server.url, Loop::Closed, 2, None);
    assert!(ran.planned() > 200, "{}", ran.planned());
    assert_eq!(ran.planned(), ran.outcomes().completed_total());
    assert!(ran.finished_sending < Duration::from_secs(2));
    assert_eq!(ran.waited, 0);
}

#[test]
fn a_closed_loop_does_not_begin_before_its_start() {
    let server = Server::start(Manner::Prompt);
    let mut plan = patient(plan());
    plan.phases[0].duration = Millis(500);
    let start = Instant::now() + Duration::from_millis(300);
    let ran = run_from(start, &plan, &server.url, Loop::Closed, 1, None);
    // Before it the clock of the load stands still, and a request would take no time at all.
    let service = Ledger::merge_histograms(&ran.ledger.cells, |c| &c.service);
    assert_eq!(service.count_above(1), service.count());
    assert!(service.count() > 0);
}

#[test]
fn each_step_of_a_journey_follows_the_one_before_and_is_counted_on_its_own() {
    let server = Server::start(Manner::Prompt);
    let mut plan = patient(plan_with_a_journey());
    plan.journeys[0].steps[1].think = Millis(400);
    let ran = run(&plan, &server.url, Loop::Open, 1, None);
    assert!(ran.requests > 200, "{}", ran.requests);
    assert_eq!(ran.planned(), ran.requests);
    let users = of_route(&ran.ledger, "first").completed_total();
    for step in ["second", "third"] {
        assert_eq!(of_route(&ran.ledger, step).completed_total(), users);
    }
    assert_eq!(ran.outcomes().completed_total(), ran.requests);
    // Measured from when the step before was done and the user had thought: neither is in its response time.
    let second = RouteId::new("second").unwrap();
    let response = Ledger::merge_histograms(ran.ledger.route(&second), |c| &c.response);
    assert!(response.quantile(0.5).unwrap() < 400_000);
}

#[test]
#[cfg(target_os = "linux")]
fn users_who_think_need_no_descriptor_each() {
    let timers = || {
        let files = std::fs::read_dir("/proc/self/fd").unwrap();
        let links = files.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
        links
            .filter(|link| link.ends_with("anon_inode:[timerfd]"))
            .count()
    };
    let server = Server::start(Manner::Prompt);
    let mut plan = patient(plan_with_a_journey());
    for route in &mut plan.routes[..2] {
        route.weight = 0;
    }
    plan.journeys[0].steps[1].think = Millis(1500);
    plan.max_in_flight = 120;
    let ended = AtomicBool::new(false);
    let (ran, most) = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut most = 0;
            while !ended.load(Ordering::Relaxed) {
                most = most.max(timers());
                std::thread::sleep(Duration::from_millis(5));
            }
            most
        });
        let ran = run(&plan, &server.url, Loop::Open, 1, None);
        ended.store(true, Ordering::Relaxed);
        (ran, watcher.join().unwrap())
    });
    // All 120 think at once. Other tests of this process have timers, too, but few.
    let thought = of_route(&ran.ledger, "second").completed_total();
    assert_eq!(thought, 120);
    assert!((1..80).contains(&most), "{most} timers");
}

#[test]
fn users_who_think_are_told_when_the_run_is_stopped() {
    let server = Server::start(Manner::Prompt);
    let mut plan = patient(plan_with_a_journey());
    plan.drain = Millis(3_600_000);
    plan.journeys[0].steps[1].think = Millis(600_000);
    let began = Instant::now();
    let stop = Some(Duration::from_millis(150));
    let ran = run(&plan, &server.url, Loop::Open, 1, stop);
    assert!(began.elapsed() < Duration::from_mins(5));
    let second = of_route(&ran.ledger, "second");
    assert_eq!(second.not_sent, second.total());
    assert!(second.why_not_sent[&NotSent::Interrupted] > 0);
}

#[test]
fn steps_behind_one_that_fails_are_not_sent_and_the_one_that_failed_is_blamed() {
    let mut plan = patient(plan_with_a_journey());
    plan.routes[2].expect = vec![204];
    let server = Server::start(Manner::Prompt);
    let ran = run(&plan, &server.url, Loop::Open, 2, None);
    assert_eq!(ran.planned(), ran.requests);
    let users = of_route(&ran.ledger, "first").completed_total();
    for step in ["second", "third"] {
        let step = of_route(&ran.ledger, step);
        assert_eq!((step.not_sent, step.not_followed()), (users, users));
    }
}

#[test]
fn the_first_step_that_lacks_a_value_of_a_good_reply_is_blamed_and_those_behind_it_are_not() {
    let mut plan = patient(plan_with_a_journey());
    // The reply is `ok`.
    plan.journeys[0].steps[0].extract[0].1 = Extract::pointer("/id").unwrap();
    let server = Server::start(Manner::Prompt);
    let ran = run(&plan, &server.url, Loop::Open, 2, None);
    assert_eq!(ran.planned(), ran.requests);
    let users = of_route(&ran.ledger, "first").completed_total();
    assert!(users > 0);
    let counts = |step: &str| {
        let step = of_route(&ran.ledger, step);
        (step.total(), step.without_value(), step.not_followed())
    };
    assert_eq!(counts("second"), (users, users, 0));
    assert_eq!(counts("third"), (users, 0, users));
    // What is wrong with it stands among the first failures of its route.
    let second = ran
        .ledger
        .failed
        .iter()
        .find(|s| s.route.as_str() == "second");
    let why = NotSent::NoValue;
    assert_eq!(second.unwrap().outcome, Outcome::NotSent { why });
}

#[test]
fn a_step_that_would_be_due_after_the_end_of_the_run_does_not_follow() {
    let server = Server::start(Manner::Prompt);
    let mut plan = patient(plan_with_a_journey());
    plan.journeys[0].steps[2].think = Millis(60_000);
    let ran = run(&plan, &server.url, Loop::Open, 1, None);
    let third = of_route(&ran.ledger, "third");
    assert_eq!(third.not_followed(), third.total());
    assert_eq!(ran.planned(), ran.requests);
}

#[test]
fn rows_that_are_given_once_run_out_and_the_rest_is_not_sent() {
    let server = Server::start(Manner::Prompt);
    let mut plan = patient(plan_with_a_journey());
    plan.feeders[0].order = Order::Once;
    let ran = run(&plan, &server.url, Loop::Open, 2, None);
    assert_eq!(ran.planned(), ran.requests);
    for step in ["first", "second", "third"] {
        let outcomes = of_route(&ran.ledger, step);
        assert_eq!(outcomes.completed_total(), 2, "{step}");
        let rowless = outcomes.why_not_sent[&NotSent::NoRow];
        assert_eq!(rowless, outcomes.total() - 2, "{step}");
    }
}

/// The same plan, stopped before its first arrival is due.
fn never_begun(plan: &LoadPlan, workers: usize) -> Ran {
    let server = Server::start(Manner::Prompt);
    let start = Instant::now() + Duration::from_hours(1);
    let stop = Some(Duration::ZERO);
    run_from(start, plan, &server.url, Loop::Open, workers, stop)
}

#[test]
fn what_was_never_sent_is_accounted_for_as_if_each_arrival_had_been_asked_for() {
    // Nothing is due at once, and the last phase begins within a second.
    let mut phases = vec![plan().phases.remove(0); 3];
    (phases[0].rate_from, phases[0].rate_to) = (0.0, 0.0);
    for (phase, name) in phases.iter_mut().zip(["idle", "main", "more"]) {
        phase.id = PhaseId::new(name).unwrap();
        phase.duration = Millis(1300);
    }
    for (mut plan, arrivals) in [
        (plan(), Arrivals::Uniform),
        (plan(), Arrivals::Poisson),
        (plan_with_a_journey(), Arrivals::Poisson),
    ] {
        (plan.phases, plan.arrivals) = (phases.clone(), arrivals);
        let mut alone = plan.clone();
        alone.routes[1].weight = 0;
        for plan in [plan, alone] {
            let expected = one_by_one(&plan);
            assert!(expected.windows.len() >= 4);
            for workers in [1, 3] {
                let ran = never_begun(&plan, workers);
                assert_eq!(ran.ledger.windows, expected.windows);
                assert_eq!(ran.ledger.failed, expected.failed);
                assert!(ran.ledger == expected, "with {workers} workers");
                assert_eq!(ran.windows, 0, "no histogram of what was never sent");
            }
        }
    }
}

/// The ledger of a plan of which nothing is sent, each arrival and each step recorded by itself.
fn one_by_one(plan: &LoadPlan) -> Ledger {
    let schedule = Schedule::new(plan);
    let mut recorder = Recorder::new(layout(plan));
    for seq in 0..schedule.total() {
        let arrival = schedule.arrival(seq);
        for route in plan.requests_after(arrival.route) {
            recorder.expect(arrival.due.as_secs());
            recorder.record(&Sample {
                seq,
                route,
                phase: arrival.phase,
                due: arrival.due,
                sent: None,
                done: arrival.due,
                outcome: Outcome::NotSent {
                    why: NotSent::Interrupted,
                },
                trace_id: TraceId::default(),
            });
        }
    }
    let (sum, closed) = recorder.finish();
    let mut binder = Binder::new(layout(plan), 1);
    binder.close(0, closed, |_| panic!("nothing was sent"));
    binder.add(sum);
    binder.finish(GeneratorFacts::default(), |_| ())
}

#[test]
fn close_to_a_billion_random_arrivals_can_be_stopped() {
    let mut plan = plan();
    plan.arrivals = Arrivals::Poisson;
    plan.routes[1].weight = 0;
    plan.phases[0].duration = Millis(7_200_000);
    (plan.phases[0].rate_from, plan.phases[0].rate_to) = (130_000.0, 130_000.0);
    // Hours if each intended time were drawn.
    let ran = never_begun(&plan, 1);
    assert_eq!(ran.planned(), 936_000_000);
    assert_eq!(ran.outcomes().not_sent, 936_000_000);
    let windows = &ran.ledger.windows;
    assert_eq!(windows.iter().map(|w| w.planned).sum::<u64>(), 936_000_000);
    assert_eq!(windows.len(), 7200);
}

fn manner() -> impl Strategy<Value = Manner> {
    prop_oneof![
        Just(Manner::Prompt),
        Just(Manner::Mute),
        (0_u64..400).prop_map(|ms| Manner::StalledUntil(Duration::from_millis(ms))),
        Just(Manner::Closing),
        Just(Manner::Resetting),
        Just(Manner::HalfClosing),
        Just(Manner::LeavingAfterEach),
        (0_u64..400).prop_map(|ms| Manner::KilledAfter(Duration::from_millis(ms))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn planned_is_the_sum_of_outcomes_whatever_the_server_does_and_whenever_it_is_stopped(
        manner in manner(),
        stop in prop::option::of(0_u64..400),
        workers in 1_usize..4,
        places in 1_u32..40,
        journeys: bool,
    ) {
        let server = Server::start(manner);
        let mut plan = if journeys { plan_with_a_journey() } else { plan() };
        plan.max_in_flight = places;
        let stop = stop.map(Duration::from_millis);
        let ran = run(&plan, &server.url, Loop::Open, workers, stop);
        let requests = ran.requests;
        prop_assert_eq!(requests > 120, journeys);
        prop_assert_eq!(ran.planned(), requests);
        for cell in &ran.ledger.cells {
            prop_assert_eq!(cell.planned, cell.outcomes.total());
            prop_assert_eq!(cell.response.count(), cell.planned - cell.outcomes.not_sent);
        }
        prop_assert_eq!(ran.ledger.windows.iter().map(|w| w.planned).sum::<u64>(), requests);
        prop_assert_eq!(ran.windows, requests - ran.outcomes().not_sent);
    }
}
