//! A search for tests.

use super::document::{CAPACITY_SCHEMA_VERSION, CapacityDocument, SearchInfo, StepInfo};
use super::story::headline;
use crate::capacity::{Answer, Judged, Objective, Purpose, Settings, Trial};
use crate::model::{Millis, Ratio, Timestamp};
use crate::report::document::Percentiles;

/// A step of this rate, which its latency follows.
pub(super) fn step(rate: f64, judged: Judged) -> StepInfo {
    StepInfo {
        number: 1,
        purpose: Purpose::Climb,
        rate,
        achieved: rate,
        measured: Millis(5000),
        max_in_flight: 64,
        response: Percentiles {
            count: 1000,
            p50_ms: Some(rate / 50.0),
            p95_ms: Some(rate / 20.0),
            p99_ms: Some(rate / 10.0),
            max_ms: Some(rate),
            ..Percentiles::default()
        },
        service: Percentiles::default(),
        delay_p99_ms: None,
        bad_share: Some(0.0),
        judged,
        why: match judged {
            Judged::Holds => "",
            Judged::Breaks => "p99 71 ms",
            Judged::Invalid => "requests left 26 ms late (p99)",
        }
        .to_owned(),
    }
}

/// The document of these steps, each end to be repeated once.
pub(super) fn document(start: f64, limit: f64, steps: &[StepInfo]) -> CapacityDocument {
    let settings = Settings {
        start,
        limit,
        precision: 0.05,
        repeats: 1,
        retries: 0,
    };
    let trial = |step: &StepInfo| Trial {
        rate: step.rate,
        purpose: step.purpose,
        judged: step.judged,
    };
    let trials: Vec<Trial> = steps.iter().map(trial).collect();
    let mut document = CapacityDocument {
        schema_version: CAPACITY_SCHEMA_VERSION,
        run_id: "find-max-1".to_owned(),
        sloproof_version: "0.0.0".to_owned(),
        command: "sloproof find-max http://kv/?a=<b>&c".to_owned(),
        target: "http://kv/?a=<b>&c".to_owned(),
        started: Timestamp(1_800_000_000_000),
        objective: Objective {
            latency: "p99 < 50ms".parse().into_iter().collect(),
            bad: Ratio(0.01),
        },
        search: SearchInfo {
            settings,
            warm_up: Millis(1000),
            step: Millis(5000),
            arrivals: "poisson".to_owned(),
            most_steps: settings.most_steps(),
        },
        answer: Answer::of(&settings, &trials, false),
        sentence: String::new(),
        notes: vec![],
        exit_code: 0,
        steps: steps.to_vec(),
    };
    (document.sentence, document.notes) = headline(&document);
    document
}
