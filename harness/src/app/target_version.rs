//! Which version of the service was under load, by its own word.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::{Answer, Moment, Question, Reading, Series, Timeline};
use crate::scenario::Plan;
use crate::slo::exchange::selector::Selector;
use crate::telemetry::Sources;

/// Longest wait for the `server` header: it is asked before the load, and a service may be slow to greet.
const LIMIT: Duration = Duration::from_secs(2);

/// A version and who told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TargetVersion {
    /// As told.
    pub(super) version: String,
    /// `its build_info` for its series in Prometheus, `its server header`, or `--target-version`.
    pub(super) told_by: String,
}

impl TargetVersion {
    /// What the user says.
    pub(super) fn said(version: &str) -> Self {
        Self {
            version: version.to_owned(),
            told_by: "--target-version".to_owned(),
        }
    }
}

impl std::fmt::Display for TargetVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (by {})", self.version, self.told_by)
    }
}

/// From a series `…_build_info` with the `job` of the scenario's request counter, by the convention of Prometheus'
/// client libraries; `None` where there is no such series, or it has no version.
pub(super) async fn by_build_info(
    plan: &Plan,
    sources: &Sources,
    timeline: &Timeline,
) -> Option<TargetVersion> {
    let source = sources.prometheus.as_ref()?;
    let signal = plan.signals.requests.as_ref()?;
    let selector = Selector::parse(&signal.selector)?;
    let job = selector.equal("job")?;
    let question = Question::PromInstant {
        query: format!("{{__name__=~\".+_build_info\",job=\"{job}\"}}"),
        at: Moment::Settled,
    };
    match source.ask(&question, timeline).await.answer {
        Answer::Value(Reading::Series(series)) => of_series(&series),
        _ => None,
    }
}

/// Version and revision of each instance; several are told together, so that a half-done rollout is no version.
fn of_series(series: &[Series]) -> Option<TargetVersion> {
    let told = series.iter().filter_map(|one| {
        let version = Some(one.label("version")).filter(|v| !v.is_empty())?;
        let revision = ["revision", "commit"].map(|name| one.label(name));
        Some(match revision.iter().find(|r| !r.is_empty()) {
            Some(revision) => format!("{version}-{revision}"),
            None => version.to_owned(),
        })
    });
    let told: BTreeSet<String> = told.collect();
    (!told.is_empty()).then(|| TargetVersion {
        version: told.into_iter().collect::<Vec<_>>().join(", "),
        told_by: "its build_info".to_owned(),
    })
}

/// From the `server` header of an answer to HEAD; `None` if it names no version.
pub(super) async fn by_header(url: &str) -> Option<TargetVersion> {
    let client = reqwest::Client::builder().timeout(LIMIT).build().ok()?;
    let answer = client.head(url).send().await.ok()?;
    of_header(
        answer
            .headers()
            .get(reqwest::header::SERVER)?
            .to_str()
            .ok()?,
    )
}

fn of_header(server: &str) -> Option<TargetVersion> {
    // `nginx` alone is a name; two versions of it would look alike.
    let has_version = server.contains(|c: char| c.is_ascii_digit());
    has_version.then(|| TargetVersion {
        version: server.to_owned(),
        told_by: "its server header".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Labels;

    fn series(labels: &[(&str, &str)]) -> Series {
        let owned = |(k, v): &(&str, &str)| ((*k).to_owned(), (*v).to_owned());
        Series {
            labels: labels.iter().map(owned).collect::<Labels>(),
            points: vec![],
        }
    }

    #[test]
    fn instances_of_one_version_tell_one_and_a_rollout_tells_both() {
        let version = |all: &[Series]| of_series(all).map(|told| told.version);
        let one = series(&[("version", "1.2.3"), ("revision", "abc")]);
        assert_eq!(
            version(&[one.clone(), one.clone()]).as_deref(),
            Some("1.2.3-abc")
        );
        let two = version(&[one, series(&[("version", "1.2.4")])]);
        assert_eq!(two.as_deref(), Some("1.2.3-abc, 1.2.4"));
        assert_eq!(version(&[series(&[("job", "kv")])]), None);
    }

    #[test]
    fn a_header_without_a_number_is_no_version() {
        assert_eq!(of_header("nginx"), None);
        let told = of_header("kv/1.4.0").unwrap();
        assert_eq!(told.to_string(), "kv/1.4.0 (by its server header)");
    }
}
