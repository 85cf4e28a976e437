//! Realistic documents: an error burst that is told truly, the same with lying counters, and a generator that stalled.

mod findings;
mod gate;
mod load;

use std::collections::BTreeMap;

use gate::judge;
use sloproof::ledger::GeneratorFacts;
use sloproof::model::{Counts, Millis, Timestamp, VerdictOutcome};
use sloproof::report::Document;
use sloproof::report::document::{
    EnvironmentInfo, EvidenceInfo, HopRow, InstrumentInfo, ObjectiveInfo, Percentiles,
    REPORT_SCHEMA_VERSION, ScenarioInfo, TimelineInfo, VerdictInfo,
};

/// 2026-11-21 08:12:04 UTC.
pub(crate) const START: Timestamp = Timestamp(1_795_248_724_000);

/// Everything as it must be.
pub(crate) fn pass() -> Document {
    let mut doc = document("20-error-burst", load::bad_total());
    "an outage of 20 s burns the budget, pages once, and is told truly by every hop"
        .clone_into(&mut doc.scenario.purpose);
    doc.findings = findings::truthful();
    doc.hops = hops();
    judge(
        &mut doc,
        VerdictOutcome::Pass,
        0,
        "Every hop told the truth about this load.",
    );
    doc
}

/// The service's counters miss one failure in five.
pub(crate) fn fail() -> Document {
    let mut doc = document("80-lying-counters", load::bad_total());
    "the error path forgets one increment in five: the counters must be caught"
        .clone_into(&mut doc.scenario.purpose);
    doc.findings = findings::lying_counters();
    doc.hops = hops();
    for (row, says, verdict) in [
        (0, "487 of 11,200 bad", "122 failures missing"),
        (6, "65.2 % left", "follows from the counters"),
    ] {
        says.clone_into(&mut doc.hops[row].says);
        "fail".clone_into(&mut doc.hops[row].status);
        verdict.clone_into(&mut doc.hops[row].verdict);
    }
    doc.verdict.origin = Some("requests/count".into());
    doc.instrument
        .warnings
        .push("one pause of 38 ms of the whole machine at 61 s".to_owned());
    judge(
        &mut doc,
        VerdictOutcome::Fail,
        1,
        "The service's counters miss one failure in five, so the error budget looks better than it is.",
    );
    doc
}

/// The generator could not keep up.
pub(crate) fn invalid() -> Document {
    let mut doc = document("20-error-burst", load::bad_total());
    "an outage of 20 s burns the budget, pages once, and is told truly by every hop"
        .clone_into(&mut doc.scenario.purpose);
    doc.findings = findings::stalled_generator();
    doc.instrument.generator = GeneratorFacts {
        sent: 12_070,
        waited_for_place: 4120,
        cpu_cores_used: Some(1.98),
        longest_pause_ms: Some(1240),
        ..doc.instrument.generator
    };
    doc.instrument.delay = Percentiles {
        count: 12_070,
        p50_ms: Some(184.0),
        p90_ms: Some(811.0),
        p95_ms: Some(1120.0),
        p99_ms: Some(1840.0),
        max_ms: Some(2210.0),
        censored_from_ms: None,
    };
    doc.timeline
        .unsettled
        .push("loki: the number of lines still grew after 30 s".to_owned());
    judge(
        &mut doc,
        VerdictOutcome::Invalid,
        3,
        "The generator sent 71.0 % of what was planned, so this run supports no claim about the service.",
    );
    doc
}

/// A run in which nothing happened and nothing was checked.
pub(crate) fn empty() -> Document {
    let mut doc = document("00-nothing", 0);
    doc.routes.clear();
    doc.objectives.clear();
    doc.evidence.clear();
    doc.environment.servers.clear();
    doc.timeline = TimelineInfo {
        started: START,
        end_ms: 0,
        phases: Vec::new(),
        seconds: Vec::new(),
        alerts: Vec::new(),
        notifications: Vec::new(),
        unsettled: Vec::new(),
    };
    doc.instrument.generator = GeneratorFacts::default();
    doc.instrument.delay = Percentiles::default();
    judge(
        &mut doc,
        VerdictOutcome::Invalid,
        3,
        "Nothing was checked, so nothing is proved.",
    );
    doc
}

/// Texts that would break a careless view, in every place that a server or a user can write to.
pub(crate) fn hostile() -> Document {
    const EVIL: &str = "</script><script>alert(1)</script>\"'`|\u{1b}[2J{{ 7 * 7 }}";
    let mut doc = fail();
    EVIL.clone_into(&mut doc.scenario.name);
    EVIL.clone_into(&mut doc.scenario.purpose);
    EVIL.clone_into(&mut doc.scenario.text);
    EVIL.clone_into(&mut doc.scenario.command);
    EVIL.clone_into(&mut doc.verdict.sentence);
    for finding in &mut doc.findings {
        EVIL.clone_into(&mut finding.subject);
        EVIL.clone_into(&mut finding.summary);
        EVIL.clone_into(&mut finding.observed);
        EVIL.clone_into(&mut finding.expected);
        EVIL.clone_into(&mut finding.hint);
    }
    for item in &mut doc.evidence {
        EVIL.clone_into(&mut item.asked);
        EVIL.clone_into(&mut item.answer);
        EVIL.clone_into(&mut item.source);
    }
    for alert in &mut doc.timeline.alerts {
        EVIL.clone_into(&mut alert.name);
        alert.labels.insert("evil".to_owned(), EVIL.to_owned());
    }
    for phase in &mut doc.timeline.phases {
        phase.faults.push(EVIL.to_owned());
    }
    EVIL.clone_into(&mut doc.hops[0].says);
    EVIL.clone_into(&mut doc.routes[0].request);
    EVIL.clone_into(&mut doc.objectives[0].description);
    doc.instrument.warnings.push(EVIL.to_owned());
    doc.instrument.notes.push(EVIL.to_owned());
    doc
}

fn document(scenario: &str, bad: u64) -> Document {
    Document {
        schema_version: REPORT_SCHEMA_VERSION,
        sloproof_version: "0.1.0".to_owned(),
        run_id: format!("{scenario}-2026-11-21T08-12-04Z"),
        scenario: ScenarioInfo {
            name: scenario.to_owned(),
            purpose: String::new(),
            file: format!("scenarios/{scenario}.yaml"),
            text: format!(
                "name: {scenario}\nphases:\n  - {{ name: warmup, for: 15s, rate: 200/s, measured: false }}\n  \
                 - {{ name: healthy, for: 25s, rate: 200/s }}\n  - {{ name: outage, for: 20s, rate: 200/s }}\n  \
                 - {{ name: recovery, for: 25s, rate: 200/s }}\n"
            ),
            seed: 42,
            time_scale: 60,
            command: format!("sloproof run scenarios/{scenario}.yaml --seed 42 --time-scale 60"),
        },
        verdict: VerdictInfo {
            outcome: VerdictOutcome::Pass,
            exit_code: 0,
            sentence: String::new(),
            policy: "any failed check fails; any undecided one makes the run invalid".to_owned(),
            origin: None,
            counts: Counts::default(),
        },
        chain: Vec::new(),
        findings: Vec::new(),
        routes: load::routes(),
        objectives: objectives(bad),
        timeline: load::timeline(),
        hops: Vec::new(),
        evidence: evidence(),
        instrument: InstrumentInfo {
            generator: GeneratorFacts {
                planned: 17_000,
                sent: 17_000,
                planned_duration: Millis(85_000),
                sending_duration: Millis(84_995),
                max_in_flight: 256,
                waited_for_place: 0,
                cpu_cores_used: Some(0.31),
                cpu_cores: Some(2.0),
                longest_pause_ms: Some(4),
                ..GeneratorFacts::default()
            },
            delay: Percentiles {
                count: 17_000,
                p50_ms: Some(0.012),
                p90_ms: Some(0.027),
                p95_ms: Some(0.033),
                p99_ms: Some(0.041),
                max_ms: Some(3.8),
                censored_from_ms: None,
            },
            warnings: Vec::new(),
            notes: Vec::new(),
        },
        environment: EnvironmentInfo {
            servers: BTreeMap::from(
                [
                    ("alertmanager", "0.31.1 at http://127.0.0.1:41803"),
                    ("loki", "3.7.8 at http://127.0.0.1:41802"),
                    ("prometheus", "3.15.0 at http://127.0.0.1:41801"),
                ]
                .map(|(name, text)| (name.to_owned(), text.to_owned())),
            ),
            cpus: 2,
            platform: "linux x86_64".to_owned(),
        },
    }
}

fn objectives(bad: u64) -> Vec<ObjectiveInfo> {
    let total: u32 = 14_000;
    let rounded = |value: f64| (value * 1e6).round() / 1e6;
    let achieved = rounded(1.0 - bad as f64 / f64::from(total));
    vec![
        ObjectiveInfo {
            name: "kv-availability".to_owned(),
            description: "requests answered without a server error".to_owned(),
            target: 0.9,
            total: total.into(),
            bad,
            achieved: Some(achieved),
            budget_left: Some(rounded(1.0 - (1.0 - achieved) / 0.1)),
            period_budget_spent: Some(0.0007),
            period: "30 d".to_owned(),
            expected: "met".to_owned(),
        },
        ObjectiveInfo {
            name: "kv-latency".to_owned(),
            description: "requests answered within 100 ms".to_owned(),
            target: 0.999,
            total: total.into(),
            bad: 35,
            achieved: Some(0.9975),
            budget_left: Some(-1.5),
            period_budget_spent: Some(0.004),
            period: "30 d".to_owned(),
            expected: "missed".to_owned(),
        },
    ]
}

fn hops() -> Vec<HopRow> {
    [
        (
            "counters",
            "609 of 11,200 bad",
            "609 of 11,200",
            "agree exactly",
        ),
        ("latency", "p95 in the 5 ms bucket", "3.1 ms", "same bucket"),
        ("logs (Loki)", "609 error lines", "609", "agree exactly"),
        ("rules", "6 loaded", "6 written", "nothing dropped"),
        (
            "alerts",
            "fired after 6.4 s",
            "predicted 5.8 s to 7.3 s",
            "in time, resolved after 5.1 s, no other one fired",
        ),
        (
            "notifications",
            "page to #kv",
            "expected",
            "11 ms after firing",
        ),
        ("error budget", "56.5 % left", "56.5 %", "agree"),
    ]
    .map(|(hop, says, ledger_says, verdict)| HopRow {
        hop: hop.to_owned(),
        says: says.to_owned(),
        ledger_says: ledger_says.to_owned(),
        status: "pass".to_owned(),
        verdict: verdict.to_owned(),
    })
    .into()
}

fn evidence() -> Vec<EvidenceInfo> {
    [
        (
            3,
            "http://127.0.0.1:41802",
            "count_over_time({app=\"kv\"} |= \"status=500\" [81s])",
            "609 lines",
        ),
        (
            7,
            "http://127.0.0.1:41801",
            "http_requests_total{route=\"/v1/kv/{key}\",status=\"500\"}  08:12:31 to 08:13:52",
            "487\n3 raw samples, no reset",
        ),
        (
            9,
            "http://127.0.0.1:41801",
            "slo:error_budget:remaining{slo=\"kv-availability\"}",
            "0.652",
        ),
        (
            11,
            "observer",
            "alert states, every 100 ms",
            "2 alerts, 8 transitions",
        ),
    ]
    .map(|(id, source, asked, answer)| EvidenceInfo {
        id,
        source: source.to_owned(),
        asked: asked.to_owned(),
        answer: answer.to_owned(),
    })
    .into()
}
