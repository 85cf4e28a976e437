//! What the shape of a rule file cannot say: names, durations, and windows that a time scale makes too short.

use super::parse::Reading;
use super::spec::{RuleFileSpec, RuleSpec};
use super::window::{Role, windows};
use crate::model::yaml::{Path, Places};
use crate::model::{Diagnostic, Engine, Millis, Source, Span};

/// Checks what the shape alone cannot say.
pub(super) struct Inspector<'a> {
    pub(super) source: &'a Source,
    pub(super) reading: Reading,
    pub(super) places: &'a Places,
    pub(super) found: &'a mut Vec<Diagnostic>,
}

impl Inspector<'_> {
    fn report(&mut self, path: &Path, make: impl FnOnce(&Source, Span) -> Diagnostic) {
        if !self.places.is_broken(path) {
            self.found.push(make(self.source, self.places.span(path)));
        }
    }

    pub(super) fn check(&mut self, spec: &RuleFileSpec) {
        let groups = Path::root().at("groups");
        for (g, group) in spec.groups.iter().enumerate() {
            let path = groups.at(g);
            if spec.groups[..g]
                .iter()
                .any(|other| other.name == group.name)
            {
                self.report(&path.at("name"), |s, at| {
                    s.mistake(at, format!("group `{}` is defined twice", group.name))
                        .hint("give each group of a file its own name")
                });
            }
            self.duration(&path.at("interval"), group.interval.as_deref());
            self.duration(&path.at("query_offset"), group.query_offset.as_deref());
            self.dropped_by_loki(
                &path,
                &[
                    ("query_offset", group.query_offset.is_some()),
                    ("labels", !group.labels.is_empty()),
                ],
            );
            for (r, rule) in group.rules.iter().enumerate() {
                self.rule(&path.at("rules").at(r), rule);
            }
        }
    }

    fn rule(&mut self, path: &Path, rule: &RuleSpec) {
        match (&rule.alert, &rule.record) {
            (Some(_), None) => {}
            (None, Some(metric)) => self.record(path, metric, rule),
            _ => self.report(path, |s, at| {
                s.mistake(at, "a rule has exactly one of `alert` and `record`")
            }),
        }
        self.dropped_by_loki(path, &[("keep_firing_for", rule.keep_firing_for.is_some())]);
        let name = rule.name();
        if rule.alert.as_deref() == Some("") {
            self.report(&path.at("alert"), |s, at| {
                s.mistake(at, "an alert needs a name")
            });
        }
        self.duration(&path.at("for"), rule.hold.as_deref());
        self.duration(&path.at("keep_firing_for"), rule.keep_firing_for.as_deref());
        for label in rule.labels.keys() {
            if !is_label(label) {
                self.report(&path.at("labels").at(label), |s, at| {
                    s.mistake(at, format!("`{label}` is not a label name"))
                        .hint("letters, digits and `_`, not starting with a digit")
                });
            }
        }
        self.expr(&path.at("expr"), name, &rule.expr);
    }

    /// Loki's ruler reads these fields and drops them without a word.
    fn dropped_by_loki(&mut self, path: &Path, fields: &[(&str, bool)]) {
        for (key, set) in fields {
            if *set && self.reading.engine == Engine::Loki {
                self.report(&path.at(key), |s, at| {
                    s.mistake(at, format!("Loki's ruler ignores `{key}`"))
                        .hint("remove it, so that nobody relies on it")
                });
            }
        }
    }

    fn record(&mut self, path: &Path, metric: &str, rule: &RuleSpec) {
        if !is_metric(metric) {
            self.report(&path.at("record"), |s, at| {
                s.mistake(at, format!("`{metric}` is not a metric name"))
                    .hint("letters, digits, `_` and `:`, not starting with a digit")
            });
        }
        for (key, set) in [
            ("for", rule.hold.is_some()),
            ("keep_firing_for", rule.keep_firing_for.is_some()),
            ("annotations", !rule.annotations.is_empty()),
        ] {
            if set {
                self.report(&path.at(key), |s, at| {
                    s.mistake(
                        at,
                        format!("`{key}` belongs to alerts, and `{metric}` is recorded"),
                    )
                });
            }
        }
    }

    fn duration(&mut self, path: &Path, text: Option<&str>) {
        if let Some(text) = text
            && Millis::from_promql(text).is_none()
        {
            self.report(path, |s, at| {
                s.mistake(at, format!("`{text}` is not a duration"))
                    .label("such as 30s, 5m or 1h30m")
            });
        }
    }

    fn expr(&mut self, path: &Path, name: &str, expr: &str) {
        if expr.trim().is_empty() {
            self.report(path, |s, at| {
                s.mistake(at, format!("rule `{name}` has no expression"))
            });
        }
        let k = self.reading.time_scale;
        if k == 1 {
            return;
        }
        let floor = Millis(self.reading.scrape_interval.0 * 4);
        for window in windows(expr) {
            let written = &expr[window.span.start..window.span.end];
            match window.length {
                None => self.report(path, |s, at| {
                    s.mistake(
                        s.within(at, written),
                        format!("rule `{name}`: the window `{written}` cannot be scaled"),
                    )
                    .label("write it as one duration, such as 10m")
                }),
                Some(length)
                    if window.role == Role::Range
                        && self.reading.engine == Engine::Prometheus
                        && length.scaled_down(k) < floor =>
                {
                    let scaled = length.scaled_down(k);
                    let scrape = self.reading.scrape_interval;
                    // The largest scale at which this window still holds four scrapes.
                    let most = length.0 / floor.0.max(1);
                    self.report(path, |s, at| {
                        let found = s
                            .mistake(
                                s.within(at, written),
                                format!(
                                    "rule `{name}`: `[{written}]` is only {scaled} at time scale {k}, less than 4 scrapes of {scrape}"
                                ),
                            )
                            .label("too short to rate");
                        if most >= 1 {
                            found.hint(format!("a time scale of at most {most}, or a longer window"))
                        } else {
                            found.hint("a longer window")
                        }
                    });
                }
                Some(_) => {}
            }
        }
    }
}

fn is_label(name: &str) -> bool {
    is_metric(name) && !name.contains(':')
}

fn is_metric(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == ':')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
}
