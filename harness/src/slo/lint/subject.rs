//! What is linted: files of objectives and files of rules, and what is known about the servers.

use crate::model::yaml::{self, Path};
use crate::model::{Diagnostic, Labels, Millis, Source, Span};
use crate::rules::spec::RuleFileSpec;
use crate::slo::openslo::{File, SloDocument};

/// All that lints may look at.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Files of objectives.
    pub slos: &'a [SloFile],
    /// Files of rules.
    pub rules: &'a [AlertFile],
    /// What is known about the servers.
    pub settings: &'a Settings,
}

/// What lints must know and no file says.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// How often series are scraped.
    pub scrape: Millis,
    /// How long Prometheus keeps samples; `None`: not known.
    pub retention: Option<Millis>,
    /// The bucket bounds of the service's histograms; empty: not known.
    pub buckets: Vec<f64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            scrape: Millis(15_000),
            retention: None,
            buckets: Vec::new(),
        }
    }
}

/// A file of objectives.
#[derive(Debug, Clone, PartialEq)]
pub struct SloFile {
    /// As read.
    pub source: Source,
    /// Its SLOs.
    pub slos: Vec<SloDocument>,
}

impl SloFile {
    /// Reads a file; mistakes go to `found`.
    pub fn read(source: Source, found: &mut Vec<Diagnostic>) -> Self {
        let slos = File::read(&source, found).slos;
        Self { source, slos }
    }
}

/// A file of rules.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertFile {
    /// As read.
    pub source: Source,
    /// Its rules in file order.
    pub rules: Vec<LintedRule>,
}

/// One rule with its places.
#[derive(Debug, Clone, PartialEq)]
pub struct LintedRule {
    /// Whether it is an alert.
    pub is_alert: bool,
    /// The alert's or record's name.
    pub name: String,
    /// Where the name is written.
    pub name_span: Span,
    /// The expression.
    pub expr: String,
    /// Where it is written.
    pub expr_span: Span,
    /// Labels, those of the group included.
    pub labels: Labels,
    /// Annotations.
    pub annotations: Labels,
}

impl AlertFile {
    /// Reads a rule file; mistakes of shape go to `found`, the rest is for `sloproof check` to tell.
    pub fn read(source: Source, found: &mut Vec<Diagnostic>) -> Self {
        let mut rules = Vec::new();
        for node in &yaml::parse(&source, found) {
            let Some(shaped) = yaml::read::<RuleFileSpec>(&source, node, found) else {
                continue;
            };
            for (g, group) in shaped.value.groups.iter().enumerate() {
                for (r, rule) in group.rules.iter().enumerate() {
                    let path = Path::root().at("groups").at(g).at("rules").at(r);
                    let (field, name) = match (&rule.alert, &rule.record) {
                        (Some(name), _) => ("alert", name.clone()),
                        (None, name) => ("record", name.clone().unwrap_or_default()),
                    };
                    let labels = group.labels.iter().chain(&rule.labels);
                    rules.push(LintedRule {
                        is_alert: rule.alert.is_some(),
                        name,
                        name_span: shaped.places.span(&path.at(field)),
                        expr: rule.expr.clone(),
                        expr_span: shaped.places.span(&path.at("expr")),
                        labels: labels.map(|(k, v)| (k.clone(), v.clone())).collect(),
                        annotations: rule.annotations.clone(),
                    });
                }
            }
        }
        Self { source, rules }
    }

    /// Whether a file holds rules rather than objectives.
    pub fn is_one(source: &Source) -> bool {
        let documents = yaml::parse(source, &mut Vec::new());
        documents
            .first()
            .is_some_and(|node| node.get("groups").is_some())
    }
}

impl LintedRule {
    /// Whether a person is woken: by the labels that this program, Sloth and Pyrra write.
    pub fn pages(&self) -> bool {
        let is = |label: &str, words: &[&str]| {
            let value = self.labels.get(label).map(String::as_str);
            value.is_some_and(|value| words.contains(&value))
        };
        self.is_alert
            && (is("severity", &["page", "critical", "pager"]) || is("sloth_severity", &["page"]))
    }

    /// Whether the labels say how urgent it is.
    pub fn has_severity(&self) -> bool {
        ["severity", "sloth_severity"]
            .iter()
            .any(|label| self.labels.contains_key(*label))
    }
}
