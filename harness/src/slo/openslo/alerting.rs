//! When an SLO alerts, by its own document.

use super::head::Head;
use super::library::Library;
use super::placed::Placed;
use super::reader::Reader;
use super::spec::{
    AlertConditionSpec, AlertPolicySpec, Comparison, ConditionItem, NotificationTargetSpec,
    PolicyItem, TargetItem,
};
use crate::model::Millis;
use crate::model::yaml::Path;

/// A policy with its condition.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertPolicy {
    /// Its name, if it has one.
    pub head: Option<Head>,
    /// Whether no data alerts.
    pub when_no_data: bool,
    /// Whether the end of the trouble is told.
    pub when_resolved: bool,
    /// Whether the trouble is told.
    pub when_breaching: bool,
    /// When it fires.
    pub condition: AlertCondition,
    /// The ways in which people are told, such as `email`.
    pub targets: Vec<String>,
}

/// A burn rate over one window.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertCondition {
    /// Such as `page`.
    pub severity: Placed<String>,
    /// How the burn rate compares.
    pub op: Comparison,
    /// The burn rate.
    pub threshold: Placed<f64>,
    /// The window it is measured over.
    pub lookback: Placed<Millis>,
    /// How long it must hold.
    pub after: Millis,
}

impl Reader<'_> {
    pub(super) fn condition(
        &mut self,
        path: &Path,
        spec: &AlertConditionSpec,
    ) -> Option<AlertCondition> {
        self.description(&path.at("description"), spec.description.as_deref());
        let burn = &spec.condition;
        let path_burn = path.at("condition");
        let at = path_burn.at("lookbackWindow");
        let lookback = self.fixed_length(&at, &burn.lookback_window, false);
        let lookback = lookback.map(|length| self.place(&at, length));
        let after = match &burn.alert_after {
            None => Some(Millis(0)),
            // No time at all is the one length that is not above zero.
            Some(value) if value.as_str() == Some("0m") => Some(Millis(0)),
            Some(value) => self.fixed_length(&path_burn.at("alertAfter"), value, false),
        };
        let op = burn.op.unwrap_or(Comparison::Gt);
        if matches!(op, Comparison::Lt | Comparison::Lte) {
            self.notice(
                &path_burn.at("op"),
                "an alert fires when the budget burns too fast: read as `gt`",
                "op: gt",
            );
        }
        let at = path_burn.at("threshold");
        if burn.threshold <= 0.0 {
            self.report(&at, "a burn rate is above 0", "", "threshold: 14.4");
        }
        Some(AlertCondition {
            severity: self.place(&path.at("severity"), spec.severity.clone()),
            op,
            threshold: self.place(&at, burn.threshold),
            lookback: lookback?,
            after: after?,
        })
    }

    pub(super) fn policy(
        &mut self,
        path: &Path,
        head: Option<Head>,
        spec: &AlertPolicySpec,
        library: &Library,
    ) -> Option<AlertPolicy> {
        self.description(&path.at("description"), spec.description.as_deref());
        let at = path.at("notificationTargets");
        let mut targets = Vec::new();
        for (i, item) in spec.notification_targets.iter().enumerate() {
            targets.extend(self.target_item(&at.at(i), item, library));
        }
        let at = path.at("conditions");
        let condition = match &spec.conditions[..] {
            [only] => self.condition_item(&at.at(0), only, library),
            several => {
                let message = format!(
                    "an alert policy has exactly one condition, not {}",
                    several.len()
                );
                self.report(&at, message, "", "a policy for each condition");
                None
            }
        };
        Some(AlertPolicy {
            head,
            when_no_data: spec.alert_when_no_data.unwrap_or(false),
            when_resolved: spec.alert_when_resolved.unwrap_or(false),
            when_breaching: spec.alert_when_breaching.unwrap_or(true),
            condition: condition?,
            targets,
        })
    }

    pub(super) fn policy_item(
        &mut self,
        path: &Path,
        item: &PolicyItem,
        library: &Library,
    ) -> Option<AlertPolicy> {
        match (&item.alert_policy_ref, &item.spec) {
            (Some(name), None) => {
                let found = library.policies.get(name);
                if found.is_none() {
                    let at = path.at("alertPolicyRef");
                    self.unknown(&at, "alert policy", name, library.policies.keys());
                }
                found.cloned().flatten()
            }
            (None, Some(spec)) => {
                let head = item.metadata.as_ref();
                let head = head.map(|metadata| self.head(&path.at("metadata"), metadata));
                self.policy(&path.at("spec"), head, spec, library)
            }
            _ => {
                self.either(path, "an alert policy", "alertPolicyRef");
                None
            }
        }
    }

    fn condition_item(
        &mut self,
        path: &Path,
        item: &ConditionItem,
        library: &Library,
    ) -> Option<AlertCondition> {
        match (&item.condition_ref, &item.spec) {
            (Some(name), None) => {
                let found = library.conditions.get(name);
                if found.is_none() {
                    let at = path.at("conditionRef");
                    self.unknown(&at, "alert condition", name, library.conditions.keys());
                }
                found.cloned().flatten()
            }
            (None, Some(spec)) => {
                if let Some(metadata) = &item.metadata {
                    self.head(&path.at("metadata"), metadata);
                }
                self.condition(&path.at("spec"), spec)
            }
            _ => {
                self.either(path, "a condition", "conditionRef");
                None
            }
        }
    }

    fn target_item(&mut self, path: &Path, item: &TargetItem, library: &Library) -> Option<String> {
        match (&item.target_ref, &item.spec) {
            (Some(name), None) => {
                let found = library.targets.get(name);
                if found.is_none() {
                    let at = path.at("targetRef");
                    self.unknown(&at, "notification target", name, library.targets.keys());
                }
                found.cloned()
            }
            (None, Some(spec)) => {
                if let Some(metadata) = &item.metadata {
                    self.head(&path.at("metadata"), metadata);
                }
                Some(self.notification_target(&path.at("spec"), spec))
            }
            _ => {
                self.either(path, "a notification target", "targetRef");
                None
            }
        }
    }

    pub(super) fn notification_target(
        &mut self,
        path: &Path,
        spec: &NotificationTargetSpec,
    ) -> String {
        self.description(&path.at("description"), spec.description.as_deref());
        spec.target.clone()
    }

    fn either(&mut self, path: &Path, what: &str, field: &str) {
        let message = format!("{what} is written here with `spec`, or named by `{field}`");
        self.report(path, message, "", "exactly one of the two");
    }
}
