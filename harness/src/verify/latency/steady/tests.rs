use super::*;
use crate::model::{Millis, Severity};
use crate::scenario::plan::Faults;
use crate::verify::fixture::Fixture;
use crate::verify::fixtures::budget::slow;
use crate::verify::fixtures::latency::{noise, seconds};

/// `get` in the measured phase `outage` (20 s, no faults unless a test sets some).
fn judged_seconds(p95s: &[u64]) -> Finding {
    let fixture = Fixture::new().with(|f| f.ledger.windows = seconds(p95s));
    let findings = fixture.judge(|case| Steady.judge(case));
    findings
        .into_iter()
        .find(|f| f.subject == "get in outage")
        .unwrap()
}

#[test]
fn a_rise_of_p95_is_told_from_third_to_third() {
    let rising: Vec<u64> = (0..20).map(|i| 3000 + i * 300).collect();
    let finding = judged_seconds(&rising);
    assert_eq!(
        (finding.status.word(), finding.severity),
        ("inconclusive", Severity::Warning)
    );
    assert_eq!(
        finding.summary,
        "p95 rose from 3.8 ms to 8.0 ms while the load stayed the same"
    );
    let falling: Vec<u64> = rising.into_iter().rev().collect();
    assert!(judged_seconds(&falling).hint.contains("warm-up"));
}

#[test]
fn what_is_small_noisy_or_single_is_no_drift() {
    // 30 %, but less than a millisecond.
    let small: Vec<u64> = (0..20).map(|i| 1000 + i * 15).collect();
    assert_eq!(judged_seconds(&small).status, crate::model::Status::Pass);
    // A millisecond and a half, but less than a fifth.
    let slight: Vec<u64> = (0..20).map(|i| 20_000 + i * 100).collect();
    assert_eq!(judged_seconds(&slight).status, crate::model::Status::Pass);
    // One second of a stall.
    let mut one_stall = vec![3000; 20];
    one_stall[18] = 2_000_000;
    assert_eq!(
        judged_seconds(&one_stall).status,
        crate::model::Status::Pass
    );
}

#[test]
fn waves_are_told_where_they_are_wide() {
    let wave = |low: u64, high: u64| -> Vec<u64> {
        let up = |i: usize| (i / 5).is_multiple_of(2);
        (0..35).map(|i| if up(i) { low } else { high }).collect()
    };
    let finding = judged_seconds(&wave(3000, 9000));
    assert_eq!(
        finding.summary,
        "p95 comes in waves: a slow second follows a slow one"
    );
    let narrow = judged_seconds(&wave(3000, 3400));
    assert_eq!(narrow.status, crate::model::Status::Pass);
}

#[test]
fn what_an_objective_would_not_notice_is_no_drift() {
    let rising: Vec<u64> = (0..20).map(|i| 3000 + i * 300).collect();
    let with_objective = |ms| {
        let fixture = Fixture::new().with(|f| {
            f.ledger.windows = seconds(&rising);
            f.plan.slos = vec![slow(Millis(ms), 0.99)];
        });
        let findings = fixture.judge(|case| Steady.judge(case));
        findings[0].status.word()
    };
    // It rises by 4.2 ms; a twentieth of the bound is 4 ms, and 5 ms.
    assert_eq!(with_objective(80), "inconclusive");
    assert_eq!(with_objective(100), "pass");
}

#[test]
fn phases_that_are_meant_to_change_are_left_out() {
    let subjects = |change: fn(&mut Fixture)| -> Vec<String> {
        let fixture = Fixture::new().with(change);
        let findings = fixture.judge(|case| Steady.judge(case));
        findings.into_iter().map(|f| f.subject).collect()
    };
    assert_eq!(subjects(|_| ()).len(), 4, "two routes in two phases");
    let with_faults = subjects(|f| f.plan.load.phases[1].faults = Some(Faults::default()));
    assert_eq!(with_faults, ["p95 over time"], "nor is what recovers");
    let ramp = subjects(|f| f.plan.load.phases[1].rate_to = 200.0);
    assert_eq!(ramp, ["get in recovery", "put in recovery"]);
}

#[test]
fn a_short_phase_says_how_long_it_must_be() {
    let finding = judged_seconds(&[3000; 14]);
    assert_eq!(
        finding.summary,
        "14 seconds with 20 requests or more; it takes 15"
    );
}

/// Independent seconds, heavy tails included, hardly ever look like a drift or a wave.
#[test]
fn noise_alone_is_steady() {
    let alarms = (0..400)
        .filter(|seed| judged_seconds(&noise(45, *seed)).status != crate::model::Status::Pass);
    let alarms = alarms.count();
    assert!(alarms <= 8, "{alarms} of 400 runs");
}
