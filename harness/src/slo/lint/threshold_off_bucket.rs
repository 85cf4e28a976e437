//! Latency thresholds that are no bound of a bucket.

use super::Finding;
use super::expression::{queries, selectors};
use super::subject::Subject;
use crate::slo::openslo::Measure;

pub(super) const ID: &str = "threshold-off-bucket";
pub(super) const TITLE: &str = "a latency threshold is no bound of a bucket";

pub(super) fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let bounds = &subject.settings.buckets;
    if bounds.is_empty() {
        return Vec::new();
    }
    let is_bound = |value: f64| {
        bounds
            .iter()
            .any(|bound| (bound - value).abs() <= 1e-9 * value.abs())
    };
    let mut nearest: Vec<String> = bounds.iter().map(f64::to_string).collect();
    nearest.dedup();
    let known = nearest.join(", ");
    let mut found = Vec::new();
    for file in subject.slos {
        for slo in file.slos.iter().filter(|slo| !slo.allows(ID)) {
            for query in queries(slo)
                .iter()
                .filter_map(|metric| metric.query.as_ref())
            {
                for selector in selectors(&query.value) {
                    let le = selector.equal("le").and_then(|le| le.parse::<f64>().ok());
                    if let Some(le) = le.filter(|le| le.is_finite() && !is_bound(*le)) {
                        let message = format!("no bucket ends at {le}: the series is not there");
                        let span = file.source.within(query.span, "le=");
                        let remedy = format!("a bound: {known}");
                        found.push(Finding::new(ID, &file.source, span, message, remedy));
                    }
                }
            }
            let quantile = slo.sli.as_ref().is_some_and(|sli| {
                matches!(&sli.measure, Measure::Threshold(metric)
                    if metric.query.as_ref().is_some_and(|q| q.value.contains("histogram_quantile(")))
            });
            for bound in slo.objectives.iter().filter_map(|o| o.bound.as_ref()) {
                let value = bound.value.value;
                if quantile && !is_bound(value) {
                    let message = format!(
                        "{value} lies inside a bucket: the quantile there is interpolated, not measured"
                    );
                    let remedy = format!("a bound: {known}");
                    found.push(Finding::new(ID, &file.source, bound.span, message, remedy));
                }
            }
        }
    }
    found
}
