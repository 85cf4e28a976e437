//! From one SLO document to an objective, or to what is wrong with it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::spec::{Document, Metadata, Metric, SliSpec, SloSpec, Target, TimeWindow};
use crate::model::yaml::{Path, Places};
use crate::model::{Diagnostic, Millis, Source};
use crate::slo::{Indicator, Objective, Part, Slo};

pub(super) struct SloReader<'a> {
    pub(super) source: &'a Source,
    pub(super) places: &'a Places,
    pub(super) found: &'a mut Vec<Diagnostic>,
}

impl SloReader<'_> {
    pub(super) fn report(
        &mut self,
        path: &Path,
        message: impl Into<String>,
        label: &str,
        hint: &str,
    ) {
        if self.places.is_broken(path) {
            return;
        }
        let mut mistake = self.source.mistake(self.places.span(path), message);
        if !label.is_empty() {
            mistake = mistake.label(label);
        }
        if !hint.is_empty() {
            mistake = mistake.hint(hint);
        }
        self.found.push(mistake);
    }

    pub(super) fn slo(
        &mut self,
        document: &Document<SloSpec>,
        indicators: &BTreeMap<String, (SliSpec, Places)>,
    ) -> Option<Slo> {
        let before = self.found.len();
        let spec = &document.spec;
        let path = Path::root().at("spec");
        if spec.budgeting_method != "Occurrences" {
            self.report(
                &path.at("budgetingMethod"),
                format!(
                    "budgeting method `{}` is not supported",
                    spec.budgeting_method
                ),
                "",
                "Occurrences",
            );
        }
        let period = self.period(&path.at("timeWindow"), &spec.time_window);
        let target = self.target(&path.at("objectives"), &spec.objectives);
        let indicator = self.indicator(&path, spec, indicators);
        let labels = self.labels(&document.metadata);
        if self.found.len() > before {
            return None;
        }
        let indicator = indicator?;
        let part = match indicator.part {
            Part::Good => "good",
            Part::Bad => "bad",
        };
        let objective = Objective {
            name: document.metadata.name.clone(),
            description: spec
                .description
                .clone()
                .unwrap_or_default()
                .trim()
                .to_owned(),
            target: target?,
            period: period?,
            queries: vec![
                (part.to_owned(), indicator.part_query.clone()),
                ("total".to_owned(), indicator.total_query.clone()),
            ],
        };
        Some(Slo {
            objective,
            service: spec.service.clone(),
            labels,
            indicator,
        })
    }

    /// A label is a text or a list of texts, joined here.
    fn labels(&mut self, metadata: &Metadata) -> BTreeMap<String, String> {
        let mut labels = BTreeMap::new();
        for (name, value) in metadata.labels.iter().flatten() {
            let values = match value {
                Value::Array(values) => &values[..],
                single => std::slice::from_ref(single),
            };
            let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
            match texts {
                Some(texts) => {
                    labels.insert(name.clone(), texts.join(","));
                }
                None => self.report(
                    &Path::root().at("metadata").at("labels").at(name.as_str()),
                    "a label is a text or a list of texts",
                    "",
                    "team: [storage]",
                ),
            }
        }
        labels
    }

    fn period(&mut self, path: &Path, windows: &[TimeWindow]) -> Option<Millis> {
        let [window] = windows else {
            self.report(path, "an SLO has exactly one time window", "", "");
            return None;
        };
        let path = path.at(0);
        if !window.is_rolling || window.calendar.is_some() {
            self.report(
                &path,
                "only rolling time windows are supported",
                "",
                "isRolling: true, without `calendar`",
            );
            return None;
        }
        let text = window.duration.as_str();
        // OpenSLO's `M`, `Q` and `Y` have no fixed length; its `m` is a minute.
        let fixed = text.ends_with(['m', 'h', 'd', 'w']);
        match Millis::from_promql(text) {
            Some(period) if fixed && period.0 >= 3_600_000 => return Some(period),
            Some(_) if fixed => self.report(
                &path.at("duration"),
                format!("a period of `{text}` is shorter than an hour"),
                "`m` is minutes",
                "30d for a month",
            ),
            _ => self.report(
                &path.at("duration"),
                format!("`{text}` is not a period of fixed length"),
                "a whole number with m, h, d or w",
                "30d",
            ),
        }
        None
    }

    fn target(&mut self, path: &Path, objectives: &[Target]) -> Option<f64> {
        let [objective] = objectives else {
            self.report(
                path,
                "an SLO has exactly one objective here",
                "",
                "one document per objective, separated by `---`",
            );
            return None;
        };
        let path = path.at(0);
        match (objective.ratio, objective.percent) {
            (Some(target), None) => {
                if target > 0.0 && target < 1.0 {
                    return Some(target);
                }
                let hint = if (1.0..100.0).contains(&target) {
                    format!(
                        "target: {}, or targetPercent: {target}",
                        tidy(target / 100.0)
                    )
                } else {
                    "target: 0.999".to_owned()
                };
                self.report(
                    &path.at("target"),
                    "objective out of range",
                    "a ratio, above 0 and below 1",
                    &hint,
                );
            }
            (None, Some(percent)) => {
                if percent > 0.0 && percent < 100.0 {
                    return Some(tidy(percent / 100.0));
                }
                self.report(
                    &path.at("targetPercent"),
                    "objective out of range",
                    "a percentage, above 0 and below 100",
                    "targetPercent: 99.9",
                );
            }
            _ => self.report(
                &path,
                "an objective has exactly one of `target` and `targetPercent`",
                "",
                "target: 0.999",
            ),
        }
        None
    }

    fn indicator(
        &mut self,
        path: &Path,
        spec: &SloSpec,
        indicators: &BTreeMap<String, (SliSpec, Places)>,
    ) -> Option<Indicator> {
        match (&spec.indicator, &spec.indicator_ref) {
            (Some(indicator), None) => {
                let path = path.at("indicator").at("spec");
                self.ratio(&path, &indicator.spec)
            }
            (None, Some(name)) => {
                let Some((sli, places)) = indicators.get(name) else {
                    let known: Vec<&str> = indicators.keys().map(String::as_str).collect();
                    self.report(
                        &path.at("indicatorRef"),
                        format!("SLI `{name}` is not in this file"),
                        "",
                        &known.join(", "),
                    );
                    return None;
                };
                let mut reader = SloReader {
                    source: self.source,
                    places,
                    found: self.found,
                };
                reader.ratio(&Path::root().at("spec"), sli)
            }
            _ => {
                self.report(
                    path,
                    "an SLO has exactly one of `indicator` and `indicatorRef`",
                    "",
                    "",
                );
                None
            }
        }
    }

    fn ratio(&mut self, path: &Path, sli: &SliSpec) -> Option<Indicator> {
        let (Some(ratio), None) = (&sli.ratio_metric, &sli.threshold_metric) else {
            self.report(
                path,
                "only `ratioMetric` indicators are supported",
                "",
                "ratioMetric with `bad` (or `good`) and `total`",
            );
            return None;
        };
        let path = path.at("ratioMetric");
        let (part, field, metric) = match (&ratio.good, &ratio.bad) {
            (Some(good), None) => (Part::Good, "good", good),
            (None, Some(bad)) => (Part::Bad, "bad", bad),
            _ => {
                self.report(
                    &path,
                    "a ratio has `total` and exactly one of `good` and `bad`",
                    "",
                    "",
                );
                return None;
            }
        };
        let part_query = self.query(&path.at(field), metric);
        let total = self.query(&path.at("total"), &ratio.total);
        Some(Indicator {
            part,
            part_query: part_query?,
            total_query: total?,
        })
    }

    fn query(&mut self, path: &Path, metric: &Metric) -> Option<String> {
        let path = path.at("metricSource").at("spec");
        match metric.metric_source.spec.get("query") {
            Some(Value::String(query)) if !query.trim().is_empty() => Some(query.trim().to_owned()),
            _ => {
                self.report(
                    &path,
                    "a metric source needs its query",
                    "",
                    "spec: { query: \"…\" }",
                );
                None
            }
        }
    }
}

/// Removes the dust of binary fractions: 99.9 / 100 is 0.999, not 0.9990000000000001.
fn tidy(ratio: f64) -> f64 {
    (ratio * 1e12).round() / 1e12
}
