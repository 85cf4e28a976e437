//! One SLO with all that it says, references followed.

use super::alerting::AlertPolicy;
use super::head::Head;
use super::library::Library;
use super::objective::ObjectiveDocument;
use super::reader::Reader;
use super::sli::{Measure, Sli};
use super::spec::{BudgetingMethod, Document, Inline, SliSpec, SloSpec};
use super::window::Window;
use crate::model::yaml::Path;

/// A checked SLO document. What it says may be more than can be compiled; see [`super::lower`].
#[derive(Debug, Clone, PartialEq)]
pub struct SloDocument {
    /// Names, labels, annotations.
    pub head: Head,
    /// In words.
    pub description: String,
    /// The service that promises it.
    pub service: Option<String>,
    /// The period.
    pub window: Window,
    /// What the budget is counted in.
    pub method: BudgetingMethod,
    /// What is measured; `None` for a composite, whose objectives have indicators of their own.
    pub sli: Option<Sli>,
    /// The targets, at least one.
    pub objectives: Vec<ObjectiveDocument>,
    /// When it alerts.
    pub alert_policies: Vec<AlertPolicy>,
}

impl SloDocument {
    /// Whether its own indicator counts log lines.
    pub fn asks_loki(&self) -> bool {
        let metric = self.sli.as_ref().map(|sli| match &sli.measure {
            Measure::Ratio { total, .. } => total,
            Measure::Raw { ratio: metric, .. } | Measure::Threshold(metric) => metric,
        });
        metric.is_some_and(|metric| metric.kind.as_deref() == Some("Loki"))
    }

    /// Whether an annotation `sloproof/allow-<lint>` keeps a lint quiet.
    pub fn allows(&self, lint: &str) -> bool {
        let key = format!("sloproof/allow-{lint}");
        self.head.annotations.contains_key(&key)
    }
}

impl Reader<'_> {
    /// Checks everything; `None` if anything was wrong.
    pub(super) fn slo(
        &mut self,
        document: &Document<SloSpec>,
        library: &Library,
        services: &[String],
    ) -> Option<SloDocument> {
        let before = self.found.len();
        let spec = &document.spec;
        let path = Path::root().at("spec");
        let head = self.head(&Path::root().at("metadata"), &document.metadata);
        let description = self.description(&path.at("description"), spec.description.as_deref());
        if let Some(service) = &spec.service
            && !services.is_empty()
            && !services.contains(service)
        {
            self.unknown(&path.at("service"), "service", service, services.iter());
        }
        let window = self.window(&path.at("timeWindow"), &spec.time_window);
        let sli = self.indicator(&path, spec, library);
        let objectives = self.objectives(&path.at("objectives"), spec, sli.as_ref(), library);
        let at = path.at("alertPolicies");
        let mut alert_policies = Vec::new();
        for (i, item) in spec.alert_policies.iter().enumerate() {
            alert_policies.extend(self.policy_item(&at.at(i), item, library));
        }
        let broken = self.is_broken(&path) || self.is_broken(&path.at("budgetingMethod"));
        if self.found.len() > before || broken {
            return None;
        }
        Some(SloDocument {
            head,
            description,
            service: spec.service.clone(),
            window: window?,
            method: spec.budgeting_method,
            sli,
            objectives: objectives?,
            alert_policies,
        })
    }

    fn objectives(
        &mut self,
        path: &Path,
        spec: &SloSpec,
        sli: Option<&Sli>,
        library: &Library,
    ) -> Option<Vec<ObjectiveDocument>> {
        if spec.objectives.is_empty() {
            self.report(path, "an SLO has an objective", "", "- target: 0.999");
            return None;
        }
        let threshold = sli.is_some_and(|sli| matches!(sli.measure, Measure::Threshold(_)));
        if threshold && spec.objectives.len() > 1 {
            self.report(
                path,
                "a `thresholdMetric` has exactly one objective",
                "",
                "one document per objective, separated by `---`",
            );
        }
        let mut read = Vec::new();
        for (i, objective) in spec.objectives.iter().enumerate() {
            let at = path.at(i);
            let method = spec.budgeting_method;
            let mut document = self.objective(&at, objective, method, sli, &library.kinds);
            if let Some(name) = &objective.indicator_ref {
                let named = self.named(&at.at("indicatorRef"), name, library);
                document = document.map(|document| ObjectiveDocument {
                    sli: named,
                    ..document
                });
            }
            read.push(document);
        }
        read.into_iter().collect()
    }

    fn indicator(&mut self, path: &Path, spec: &SloSpec, library: &Library) -> Option<Sli> {
        let composite = spec
            .objectives
            .iter()
            .any(|o| o.indicator.is_some() || o.indicator_ref.is_some());
        match (&spec.indicator, &spec.indicator_ref) {
            (Some(indicator), None) => self.inline(&path.at("indicator"), indicator, library),
            (None, Some(name)) => self.named(&path.at("indicatorRef"), name, library),
            (None, None) if composite => None,
            _ => {
                let message = "an SLO has exactly one of `indicator` and `indicatorRef`";
                self.report(path, message, "", "");
                None
            }
        }
    }

    fn inline(&mut self, path: &Path, inline: &Inline<SliSpec>, library: &Library) -> Option<Sli> {
        if let Some(metadata) = &inline.metadata {
            self.head(&path.at("metadata"), metadata);
        }
        self.sli(&path.at("spec"), &inline.spec, &library.kinds)
    }

    fn named(&mut self, path: &Path, name: &str, library: &Library) -> Option<Sli> {
        let found = library.indicators.get(name);
        if found.is_none() {
            self.unknown(path, "SLI", name, library.indicators.keys());
        }
        found.cloned().flatten()
    }
}
