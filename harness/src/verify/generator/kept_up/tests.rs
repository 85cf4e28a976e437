use super::*;
use crate::ledger::OutcomeCounts;
use crate::model::outcome::NotSent;
use crate::scenario::plan::{ObjectiveExpectation, SloPlan};
use crate::slo::Objective;
use crate::verify::fixture::Fixture;

fn run(sent: u64, unsent: u64) -> Fixture {
    let not_sent = OutcomeCounts {
        not_sent: unsent,
        ..OutcomeCounts::default()
    };
    Fixture::new()
        .completed("get", "outage", 200, sent, 3000)
        .unfinished("get", "outage", &not_sent)
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
fn a_step_that_could_not_follow_is_no_load_that_was_withheld() {
    let unfollowed = OutcomeCounts {
        not_sent: 500,
        why_not_sent: [(NotSent::StepBefore, 499), (NotSent::Behind, 1)].into(),
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
    assert_eq!(late(9000, &[]), Status::Pass);
    assert_eq!(late(11_000, &[]), Status::Inconclusive);
    assert_eq!(late(11_000, &[100]), Status::Inconclusive);
    assert_eq!(late(24_000, &[500, 1000]), Status::Pass);
    assert_eq!(late(26_000, &[500, 1000]), Status::Inconclusive);
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
fn strain_is_a_warning_while_the_load_was_sent_and_an_error_when_not() {
    let strained = |unsent| {
        let fixture = run(900, unsent).with(|f| {
            f.ledger.generator.longest_pause_ms = Some(300);
            f.ledger.generator.cpu_cores = Some(2.0);
            f.ledger.generator.cpu_cores_used = Some(1.9);
        });
        let all = findings(&fixture);
        ["pauses", "processor"].map(|s| (about(&all, s).status.clone(), about(&all, s).severity))
    };
    assert_eq!(
        strained(0),
        [const { (Status::Inconclusive, Severity::Warning) }; 2]
    );
    assert_eq!(
        strained(100),
        [const { (Status::Inconclusive, Severity::Error) }; 2]
    );
}

#[test]
fn what_was_not_measured_is_said_and_not_taken_for_zero() {
    let all = findings(&run(100, 0));
    assert_eq!(about(&all, "pauses").status.word(), "skipped");
    assert_eq!(about(&all, "processor").status.word(), "skipped");
}

#[test]
fn only_errors_take_the_planned_load_away() {
    let warned = run(100, 0).with(|f| f.ledger.generator.longest_pause_ms = Some(900));
    assert_eq!(warned.judge(load_was_delivered), Ok(()));
    let broken = run(70, 30).with(|f| f.timeline.interrupted = true);
    assert_eq!(
        broken.judge(load_was_delivered),
        Err("the run was interrupted, only 70.0 % of the load was sent".to_owned())
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
