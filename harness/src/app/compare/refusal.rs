//! Why two runs cannot be compared.

use serde::Serialize;

use crate::app::fingerprint;
use crate::app::judgement::Record;
use crate::app::target_version::TargetVersion;
use crate::model::VerdictOutcome;
use crate::verify::generator;

/// One reason, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Refusal {
    /// `scenario`, `target_version`, `machine`, `validity` or `samples`.
    pub(super) about: &'static str,
    pub(super) current: String,
    pub(super) baseline: String,
    pub(super) remedy: String,
}

/// All reasons; empty if the two may be compared. `unknown_version` lets versions that nobody told pass for equal.
pub(super) fn refusals(current: &Record, baseline: &Record, unknown_version: bool) -> Vec<Refusal> {
    [
        scenario(current, baseline),
        version(current, baseline, unknown_version),
        machine(current, baseline),
        validity(current, baseline),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn scenario(current: &Record, baseline: &Record) -> Option<Refusal> {
    let (now, before) = (&current.plan, &baseline.plan);
    let places = fingerprint::differences(now, before);
    (!places.is_empty()).then(|| Refusal {
        about: "scenario",
        current: fingerprint::hash(now),
        baseline: fingerprint::hash(before),
        remedy: format!(
            "they differ in {}: run the same scenario with the same seed",
            places.join(", ")
        ),
    })
}

fn version(current: &Record, baseline: &Record, unknown_version: bool) -> Option<Refusal> {
    let of = |record: &Record| record.manifest.target_version.clone();
    let (now, before) = (of(current), of(baseline));
    let remedy = match (&now, &before) {
        (Some(now), Some(before)) if now == before => return None,
        (Some(_), Some(_)) => "take a baseline of this version",
        _ if unknown_version => return None,
        _ => {
            "let the service export a `…_build_info` series with a `version` label or send a `server` header with one, \
             give `load` a --target-version, or say --allow-unknown-version"
        }
    };
    let told = |version: Option<TargetVersion>| {
        version.map_or_else(|| "unknown".to_owned(), |version| version.to_string())
    };
    Some(Refusal {
        about: "target_version",
        current: told(now),
        baseline: told(before),
        remedy: remedy.to_owned(),
    })
}

fn machine(current: &Record, baseline: &Record) -> Option<Refusal> {
    let (now, before) = (&current.manifest.machine, &baseline.manifest.machine);
    if now.is_some() && now == before {
        return None;
    }
    let told = |record: &Record| {
        let machine = record.manifest.machine.as_ref();
        machine.map_or_else(|| "unknown".to_owned(), ToString::to_string)
    };
    Some(Refusal {
        about: "machine",
        current: told(current),
        baseline: told(baseline),
        remedy: "run both on one machine, with the same kernel and the same number of cores"
            .to_owned(),
    })
}

fn validity(current: &Record, baseline: &Record) -> Option<Refusal> {
    let told = |record: &Record| {
        let judged = record.judge();
        let whole = !record.manifest.timeline.interrupted;
        match judged.verdict.outcome {
            _ if !whole => Err("interrupted".to_owned()),
            VerdictOutcome::Invalid => Err(format!("INVALID: {}", judged.verdict.sentence)),
            // A scenario without a claim about latency may pass late; a comparison is such a claim.
            outcome => match generator::lateness(&judged.findings) {
                Some(late) => Err(late.summary.clone()),
                None => Ok(outcome.title().to_owned()),
            },
        }
    };
    let (now, before) = (told(current), told(baseline));
    (now.is_err() || before.is_err()).then(|| Refusal {
        about: "validity",
        current: now.unwrap_or_else(|why| why),
        baseline: before.unwrap_or_else(|why| why),
        remedy: "`sloproof verify` says what is wrong with it; run it again".to_owned(),
    })
}
