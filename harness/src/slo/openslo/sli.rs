//! What an SLO measures.

use std::collections::BTreeMap;

use serde_json::Value;

use super::placed::Placed;
use super::reader::Reader;
use super::spec::{MetricSpec, RatioSpec, RawType, SliSpec};
use crate::model::yaml::Path;
use crate::model::{Span, nearest};
use crate::slo::Part;

/// A service level indicator.
#[derive(Debug, Clone, PartialEq)]
pub struct Sli {
    /// Where it is written.
    pub span: Span,
    /// What it measures.
    pub measure: Measure,
}

/// The forms of an indicator.
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    /// Events among all events.
    Ratio {
        /// Whether the numbers only grow.
        counter: bool,
        /// Which events the part counts.
        part: Part,
        /// Those events.
        events: Metric,
        /// All events.
        total: Metric,
    },
    /// A ratio that is stored as such.
    Raw {
        /// What 1 stands for.
        part: Part,
        /// The ratio.
        ratio: Metric,
    },
    /// A value that an objective compares.
    Threshold(Metric),
}

/// A number from a data source.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// The query, if the source's fields have one under that name.
    pub query: Option<Placed<String>>,
    /// The kind of data source, such as `Prometheus`, if it is told.
    pub kind: Option<String>,
    /// Where it is written.
    pub span: Span,
}

/// The kinds of data sources by name, as far as they stand in the file.
pub(super) type Kinds = BTreeMap<String, String>;

impl Reader<'_> {
    pub(super) fn sli(&mut self, path: &Path, spec: &SliSpec, kinds: &Kinds) -> Option<Sli> {
        self.description(&path.at("description"), spec.description.as_deref());
        let measure = match (&spec.ratio_metric, &spec.threshold_metric) {
            (Some(ratio), None) => self.ratio(&path.at("ratioMetric"), ratio, kinds)?,
            (None, Some(metric)) => {
                Measure::Threshold(self.metric(&path.at("thresholdMetric"), metric, kinds)?)
            }
            _ => {
                self.report(
                    path,
                    "an SLI has exactly one of `ratioMetric` and `thresholdMetric`",
                    "",
                    "ratioMetric with `bad` (or `good`) and `total`",
                );
                return None;
            }
        };
        let span = self.span(path);
        Some(Sli { span, measure })
    }

    fn ratio(&mut self, path: &Path, ratio: &RatioSpec, kinds: &Kinds) -> Option<Measure> {
        let events = ratio.good.is_some() || ratio.bad.is_some() || ratio.total.is_some();
        match (&ratio.raw, ratio.raw_type) {
            (Some(raw), Some(kind)) if !events => {
                let part = match kind {
                    RawType::Success => Part::Good,
                    RawType::Failure => Part::Bad,
                };
                let ratio = self.metric(&path.at("raw"), raw, kinds)?;
                return Some(Measure::Raw { part, ratio });
            }
            (None, None) => {}
            _ => {
                self.report(
                    path,
                    "a stored ratio has `rawType` and `raw`, and no `good`, `bad` or `total`",
                    "",
                    "rawType: success",
                );
                return None;
            }
        }
        let (part, field, metric, total) = match (&ratio.good, &ratio.bad, &ratio.total) {
            (Some(good), None, Some(total)) => (Part::Good, "good", good, total),
            (None, Some(bad), Some(total)) => (Part::Bad, "bad", bad, total),
            _ => {
                self.report(
                    path,
                    "a ratio has `total` and exactly one of `good` and `bad`",
                    "",
                    "",
                );
                return None;
            }
        };
        let events = self.metric(&path.at(field), metric, kinds);
        let total = self.metric(&path.at("total"), total, kinds);
        Some(Measure::Ratio {
            counter: ratio.counter.unwrap_or(true),
            part,
            events: events?,
            total: total?,
        })
    }

    fn metric(&mut self, path: &Path, metric: &MetricSpec, kinds: &Kinds) -> Option<Metric> {
        let path = path.at("metricSource");
        let source = &metric.metric_source;
        let mut kind = source.kind.clone();
        if let Some(name) = &source.metric_source_ref {
            match kinds.get(name) {
                Some(known) => {
                    if let Some(kind) = kind.as_ref().filter(|kind| *kind != known) {
                        let message =
                            format!("data source `{name}` is of type `{known}`, not `{kind}`");
                        self.report(&path.at("type"), message, "", known);
                    }
                    kind = Some(known.clone());
                }
                // A file without data sources leaves them to another one.
                None if kinds.is_empty() => {}
                None => self.unknown(
                    &path.at("metricSourceRef"),
                    "data source",
                    name,
                    kinds.keys(),
                ),
            }
        }
        let at = path.at("spec");
        let query = match source.spec.get("query") {
            Some(Value::String(query)) if !query.trim().is_empty() => {
                Some(self.place(&at.at("query"), query.trim().to_owned()))
            }
            _ => None,
        };
        if query.is_none() && kind.as_deref().is_none_or(|kind| kind == "Prometheus") {
            let hint = "spec: { query: \"…\" }";
            self.report(&at, "a metric source needs its query", "", hint);
            return None;
        }
        let span = self.span(&path);
        Some(Metric { query, kind, span })
    }

    /// Something is referred to and is not in the file.
    pub(super) fn unknown<'n>(
        &mut self,
        path: &Path,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'n String>,
    ) {
        let known: Vec<&str> = known.map(String::as_str).collect();
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("add the {what} to this file"),
            None => known.join(", "),
        };
        self.report(
            path,
            format!("{what} `{name}` is not in this file"),
            "",
            &hint,
        );
    }
}
