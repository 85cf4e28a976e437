use super::*;
use crate::ledger::{OutcomeCounts, Pauses, WindowRow};
use crate::model::outcome::NotSent;
use crate::scenario::plan::{AlertPlan, ObjectiveExpectation, Signals, SloPlan};
use crate::slo::Objective;
use crate::verify::fixture::Fixture;
use crate::verify::fixtures::budget::errors;

fn run(sent: u64, unsent: u64) -> Fixture {
    let not_sent = OutcomeCounts {
        not_sent: unsent,
        ..OutcomeCounts::default()
    };
    Fixture::new()
        .completed("get", "outage", 200, sent, 3000)
        .unfinished("get", "outage", &not_sent)
}

fn paused(count: u64) -> Pauses {
    Pauses {
        count,
        longest_us: 300_000,
        longest_at_ms: 800,
    }
}

fn findings(fixture: &Fixture) -> Vec<Finding> {
    fixture.judge(|case| KeptUp.judge(case))
}

fn about<'a>(findings: &'a [Finding], subject: &str) -> &'a Finding {
    findings.iter().find(|f| f.subject == subject).unwrap()
}

#[test]
fn ninety_nine_percent_sent_is_enough_and_less_is_not() {
    assert_eq!(
        about(&findings(&run(990, 10)), "arrivals sent").status,
        Status::Pass
    );
    let short = findings(&run(989, 11));
    let finding = about(&short, "arrivals sent");
    assert_eq!(finding.status, Status::Inconclusive);
    assert_eq!(finding.summary, "only 98.9 % of the load was sent");
    assert_eq!(finding.expected, "at least 99 % of 1,000 arrivals");
}

#[test]
fn a_step_that_could_not_follow_or_lacked_a_value_is_no_load_that_was_withheld() {
    let unfollowed = OutcomeCounts {
        not_sent: 500,
        why_not_sent: [
            (NotSent::StepBefore, 399),
            (NotSent::NoValue, 100),
            (NotSent::Behind, 1),
        ]
        .into(),
        ..OutcomeCounts::default()
    };
    let fixture = Fixture::new()
        .completed("get", "outage", 200, 499, 3000)
        .unfinished("put", "outage", &unfollowed);
    let found = findings(&fixture);
    let finding = about(&found, "arrivals sent");
    assert_eq!(finding.status, Status::Pass);
    assert_eq!(finding.expected, "at least 99 % of 500 arrivals");
}

#[test]
fn lateness_is_judged_by_the_tightest_latency_objective() {
    let late = |us: u64, bounds: &[u64]| {
        let mut fixture = run(1000, 0).with(|f| {
            for _ in 0..100 {
                f.cell("get", "outage").delay.record(us);
            }
        });
        fixture.plan.slos = bounds.iter().map(|ms| slow_slo(Millis(*ms))).collect();
        about(&findings(&fixture), "schedule delay").status.clone()
    };
    assert_eq!(late(990, &[]), Status::Pass);
    assert_eq!(late(1100, &[]), Status::Inconclusive);
    assert_eq!(late(990, &[10]), Status::Pass);
    assert_eq!(late(4900, &[100]), Status::Pass);
    assert_eq!(late(5100, &[100]), Status::Inconclusive);
    assert_eq!(late(24_000, &[500, 1000]), Status::Pass);
    assert_eq!(late(26_000, &[500, 1000]), Status::Inconclusive);
}

#[test]
fn lateness_only_warns_where_nothing_is_claimed_about_latency() {
    let late = |change: fn(&mut Fixture)| {
        let fixture = run(1000, 0).with(|f| {
            for _ in 0..100 {
                f.cell("get", "outage").delay.record(1100);
            }
        });
        let found = findings(&fixture.with(change));
        let finding = lateness(&found).expect("it is late");
        finding.severity
    };
    assert_eq!(
        late(|_| ()),
        Severity::Warning,
        "a histogram knows service times"
    );
    let objective_on_errors: fn(&mut Fixture) = |f| {
        f.plan.signals = Signals::default();
        f.plan.slos = vec![errors(0.99)];
    };
    assert_eq!(late(objective_on_errors), Severity::Warning);
    let objective_on_latency: fn(&mut Fixture) = |f| f.plan.slos = vec![slow_slo(Millis(10))];
    assert_eq!(late(objective_on_latency), Severity::Error);
    let nothing_else: fn(&mut Fixture) = |f| {
        f.plan.signals = Signals::default();
        f.plan.slos.clear();
        f.plan.alerts = AlertPlan::default();
    };
    assert_eq!(late(nothing_else), Severity::Error, "nothing else is told");
}

#[test]
fn lateness_before_the_measured_phases_is_forgiven() {
    let fixture = run(1000, 0).with(|f| {
        for _ in 0..1000 {
            f.cell("get", "warmup").delay.record(900_000);
        }
    });
    assert_eq!(
        about(&findings(&fixture), "schedule delay").status,
        Status::Pass
    );
}

#[test]
fn an_overrun_counts_when_it_is_long_in_itself_and_in_proportion() {
    let took = |planned, took| {
        let fixture = run(1000, 0).with(|f| {
            f.ledger.generator.planned_duration = Millis(planned);
            f.ledger.generator.sending_duration = Millis(took);
        });
        about(&findings(&fixture), "sending time").status.clone()
    };
    assert_eq!(took(1000, 1200), Status::Pass);
    assert_eq!(took(50_000, 50_400), Status::Pass);
    assert_eq!(took(50_000, 50_600), Status::Inconclusive);
}

#[test]
fn what_was_sent_after_the_planned_end_does_not_count_for_the_rate() {
    let after = |late: u64| {
        let fixture = run(1000, 0).with(|f| {
            f.watch(&[(25_000, 0, 600), (50_002, 0, 400 - late), (51_000, 0, late)]);
        });
        about(&findings(&fixture), "rate achieved").clone()
    };
    assert_eq!(after(10).status, Status::Pass);
    let finding = after(11);
    assert_eq!(
        (finding.status, finding.severity),
        (Status::Inconclusive, Severity::Error)
    );
    assert_eq!(finding.summary, "98.9 % of the offered rate was achieved");
    assert_eq!(
        finding.expected,
        "at least 99 % of 1,000 arrivals sent within 50 s"
    );
    assert_eq!(
        finding.observed,
        "989 (98.9 %); furthest behind by 11 at 50.0 s"
    );
}

#[test]
fn steps_of_journeys_that_are_due_after_the_end_are_not_offered_before_it() {
    let due = |second, planned| WindowRow {
        second,
        route: 0,
        phase: 1,
        planned,
        sent: planned,
        bad: 0,
        p50_us: None,
        p95_us: None,
        p99_us: None,
        max_us: None,
    };
    let fixture = run(1000, 0).with(|f| {
        f.ledger.windows = vec![due(10, 900), due(50, 100)];
        f.watch(&[(11_000, 0, 880), (50_002, 0, 20), (51_000, 0, 100)]);
    });
    let all = findings(&fixture);
    let finding = about(&all, "rate achieved");
    assert_eq!(finding.status, Status::Pass);
    assert_eq!(
        finding.observed,
        "900 (100.0 %); furthest behind by 20 at 11 s"
    );
}

#[test]
fn a_closed_loop_offers_no_rate_and_has_no_place_to_wait_for() {
    let fixture = run(1000, 0).with(|f| {
        f.ledger.generator.closed_loop = true;
        f.watch(&[(50_000, 0, 10)]);
    });
    let all = findings(&fixture);
    for subject in ["rate achieved", "places in flight"] {
        assert_eq!(about(&all, subject).status.word(), "skipped", "{subject}");
    }
}

#[test]
fn short_peaks_of_the_processor_and_time_spent_waiting_are_no_strain() {
    let of = |rows: &[(u64, f64, f64)]| {
        let fixture = run(1000, 0).with(|f| {
            f.watch(&vec![(0, 0, 0); rows.len()]);
            for (row, (until, used, spun)) in f.ledger.watch.iter_mut().zip(rows) {
                (row.until_ms, row.cpu_cores_used, row.spinning_cores) =
                    (*until, Some(*used), *spun);
            }
            f.ledger.generator.cpu_cores = Some(0.5);
        });
        about(&findings(&fixture), "processor").status.clone()
    };
    assert_eq!(of(&[(5000, 0.41, 0.0), (6000, 0.1, 0.0)]), Status::Pass);
    assert_eq!(
        of(&[(5000, 0.41, 0.0), (6000, 0.41, 0.0)]),
        Status::Inconclusive
    );
    assert_eq!(of(&[(5000, 0.41, 0.0), (6000, 0.41, 0.02)]), Status::Pass);
    assert_eq!(
        of(&[(4000, 0.5, 0.0), (5000, 0.3, 0.0), (9000, 0.5, 0.0)]),
        Status::Pass
    );
}

#[test]
fn strain_is_a_warning_while_the_load_was_sent_and_an_error_when_not() {
    let strained = |unsent| {
        let fixture = run(900, unsent).with(|f| {
            f.watch(&[(1000, 0, 900), (6100, 0, 0)]);
            f.ledger.watch[1].cpu_cores_used = Some(1.9);
            f.ledger.generator.cpu_cores = Some(2.0);
            f.ledger.generator.pauses = Some(paused(1));
            f.ledger.generator.waited_for_place = 7;
            f.ledger.generator.full_ms = Some(1500);
        });
        findings(&fixture)
    };
    let (sent, lost) = (strained(0), strained(100));
    for subject in ["pauses", "processor", "places in flight"] {
        for (all, severity) in [(&sent, Severity::Warning), (&lost, Severity::Error)] {
            let finding = about(all, subject);
            assert_eq!(finding.status, Status::Inconclusive, "{subject}");
            assert_eq!(finding.severity, severity, "{subject}");
        }
    }
    let told = |subject| about(&sent, subject).summary.as_str();
    assert_eq!(
        told("pauses"),
        "the generator stood still 1 time, the longest for 300.0 ms"
    );
    assert_eq!(
        told("processor"),
        "the generator was short of processor time for 5.1 s, from 1 s on"
    );
    assert_eq!(
        told("places in flight"),
        "the cap was reached for 1.5 s, and 7 arrivals waited for a place"
    );
}

#[test]
fn what_was_not_measured_is_said_and_not_taken_for_zero() {
    let all = findings(&run(100, 0));
    assert_eq!(about(&all, "pauses").status.word(), "skipped");
    assert_eq!(about(&all, "processor").status.word(), "skipped");
    assert_eq!(about(&all, "rate achieved").status.word(), "skipped");
}

#[test]
fn only_errors_take_the_planned_load_away() {
    let warned = run(100, 0).with(|f| f.ledger.generator.pauses = Some(paused(9)));
    assert_eq!(warned.judge(load_was_delivered), Ok(()));
    let broken = run(70, 30).with(|f| f.timeline.interrupted = true);
    assert_eq!(
        broken.judge(load_was_delivered),
        Err("the run was interrupted".to_owned())
    );
    assert!(Fixture::new().judge(load_was_delivered).is_err());
}

fn slow_slo(bound: Millis) -> SloPlan {
    SloPlan {
        file: "slo/fixture.yaml".into(),
        objective: Objective {
            name: "fast".into(),
            description: String::new(),
            target: 0.99,
            period: Millis(60_000),
            queries: vec![],
        },
        bad: BadEvents::SlowerThan { bound },
        routes: vec![],
        remaining: None,
        expect: ObjectiveExpectation::Any,
    }
}

#[test]
fn lateness_for_want_of_a_place_is_not_blamed_on_the_machine() {
    let hint = |waited| {
        let fixture = run(1000, 0).with(|f| {
            for _ in 0..100 {
                f.cell("get", "outage").delay.record(900_000);
            }
            f.ledger.generator.waited_for_place = waited;
        });
        about(&findings(&fixture), "schedule delay").hint.clone()
    };
    assert!(hint(5).contains("close other programs"), "{}", hint(5));
    assert!(
        hint(700).starts_with("700 arrivals waited for one of 256 places in flight"),
        "{}",
        hint(700)
    );
}
