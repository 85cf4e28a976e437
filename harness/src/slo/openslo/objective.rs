//! The targets of an SLO.

use super::placed::Placed;
use super::reader::Reader;
use super::sli::{Kinds, Measure, Sli};
use super::spec::{BudgetingMethod, Comparison, ObjectiveSpec};
use crate::model::Millis;
use crate::model::yaml::Path;

/// One target.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectiveDocument {
    /// The name for people.
    pub display_name: Option<String>,
    /// Share that must be good, 0 to 1; both ends can be read, and neither can be kept.
    pub target: Placed<f64>,
    /// What a threshold indicator's value is held against.
    pub bound: Option<Placed<Bound>>,
    /// Slices of time, where the budget is counted in them.
    pub slice: Option<Slice>,
    /// An indicator of its own: this is one part of a composite.
    pub sli: Option<Sli>,
    /// How much this part of a composite weighs.
    pub weight: Option<f64>,
}

/// A comparison with a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// How values compare when all is well.
    pub op: Comparison,
    /// With what.
    pub value: f64,
}

/// A slice of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slice {
    /// How long.
    pub length: Millis,
    /// Share of it that must be good; `None` where slices are averaged.
    pub target: Option<f64>,
}

impl Reader<'_> {
    pub(super) fn objective(
        &mut self,
        path: &Path,
        spec: &ObjectiveSpec,
        method: BudgetingMethod,
        shared: Option<&Sli>,
        kinds: &Kinds,
    ) -> Option<ObjectiveDocument> {
        let target = self.target(path, spec);
        let slice = self.slice(path, spec, method);
        let sli = match &spec.indicator {
            Some(inline) => {
                let sli = self.sli(&path.at("indicator").at("spec"), &inline.spec, kinds);
                Some(sli?)
            }
            None => None,
        };
        let bound = self.bound(path, spec, sli.as_ref().or(shared));
        if let Some(weight) = spec.composite_weight
            && weight <= 0.0
        {
            self.report(
                &path.at("compositeWeight"),
                "a weight is above 0",
                "",
                "compositeWeight: 1",
            );
        }
        Some(ObjectiveDocument {
            display_name: spec.display_name.clone(),
            target: target?,
            bound,
            slice: slice.ok()?,
            sli,
            weight: spec.composite_weight,
        })
    }

    fn target(&mut self, path: &Path, spec: &ObjectiveSpec) -> Option<Placed<f64>> {
        match (spec.target, spec.target_percent) {
            (Some(target), None) => {
                let at = path.at("target");
                if (0.0..=1.0).contains(&target) {
                    return Some(self.place(&at, target));
                }
                let hint = if (1.0..100.0).contains(&target) {
                    format!(
                        "target: {}, or targetPercent: {target}",
                        tidy(target / 100.0)
                    )
                } else {
                    "target: 0.999".to_owned()
                };
                let label = "a ratio, above 0 and below 1";
                self.report(&at, "objective out of range", label, &hint);
            }
            (None, Some(percent)) => {
                let at = path.at("targetPercent");
                if (0.0..=100.0).contains(&percent) {
                    return Some(self.place(&at, tidy(percent / 100.0)));
                }
                let label = "a percentage, above 0 and below 100";
                self.report(&at, "objective out of range", label, "targetPercent: 99.9");
            }
            _ => self.report(
                path,
                "an objective has exactly one of `target` and `targetPercent`",
                "",
                "target: 0.999",
            ),
        }
        None
    }

    /// `Err` where slices are needed and cannot be had.
    fn slice(
        &mut self,
        path: &Path,
        spec: &ObjectiveSpec,
        method: BudgetingMethod,
    ) -> Result<Option<Slice>, ()> {
        let (window, share) = (&spec.time_slice_window, spec.time_slice_target);
        if method == BudgetingMethod::Occurrences {
            for (field, written) in [
                ("timeSliceWindow", window.is_some()),
                ("timeSliceTarget", share.is_some()),
            ] {
                if written {
                    self.report(
                        &path.at(field),
                        format!("`{field}` has no meaning where events are counted"),
                        "",
                        "budgetingMethod: Timeslices, or leave it out",
                    );
                }
            }
            return Ok(None);
        }
        let name = method.as_str();
        let Some(window) = window else {
            let message = format!("budgeting method `{name}` needs `timeSliceWindow`");
            self.report(path, message, "", "timeSliceWindow: 1m");
            return Err(());
        };
        let length = self.fixed_length(&path.at("timeSliceWindow"), window, true);
        if share.is_some_and(|share| share <= 0.0 || share > 1.0) {
            self.report(
                &path.at("timeSliceTarget"),
                "share of a slice out of range",
                "a ratio, above 0 and at most 1",
                "timeSliceTarget: 0.95",
            );
            return Err(());
        }
        if method == BudgetingMethod::Timeslices && share.is_none() {
            let message = "budgeting method `Timeslices` needs `timeSliceTarget`";
            self.report(path, message, "", "timeSliceTarget: 0.95");
            return Err(());
        }
        let length = length.ok_or(())?;
        let target = share.filter(|_| method == BudgetingMethod::Timeslices);
        Ok(Some(Slice { length, target }))
    }

    fn bound(
        &mut self,
        path: &Path,
        spec: &ObjectiveSpec,
        sli: Option<&Sli>,
    ) -> Option<Placed<Bound>> {
        let threshold = matches!(sli?.measure, Measure::Threshold(_));
        match (spec.op, spec.value) {
            (Some(op), Some(value)) if threshold => {
                Some(self.place(&path.at("value"), Bound { op, value }))
            }
            _ if threshold => {
                self.report(
                    path,
                    "an objective of a `thresholdMetric` has `op` and `value`",
                    "",
                    "op: lte, value: 0.3",
                );
                None
            }
            (None, None) => None,
            (op, _) => {
                let field = if op.is_some() { "op" } else { "value" };
                self.notice(
                    &path.at(field),
                    format!("`{field}` belongs to a `thresholdMetric`; a ratio has none, and it is ignored"),
                    "leave out `op` and `value`",
                );
                None
            }
        }
    }
}

/// Removes the dust of binary fractions: 99.9 / 100 is 0.999, not 0.9990000000000001.
pub(in crate::slo) fn tidy(ratio: f64) -> f64 {
    (ratio * 1e12).round() / 1e12
}
