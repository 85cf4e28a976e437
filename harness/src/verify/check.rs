//! What a check is.

use super::case::Case;
use crate::model::{Finding, Hop, Question};
use crate::scenario::Plan;

/// What a check says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meta {
    /// `group/name`; also the path of its doc page under `docs/checks/`.
    pub id: &'static str,
    /// Which hop it guards.
    pub hop: Hop,
    /// One line: what it proves.
    pub title: &'static str,
    /// One line: what a failure means.
    pub failure: &'static str,
    /// It judges how the service or its alerts behaved under the planned load. When the generator did not deliver
    /// that load, a failure of this check proves nothing and becomes inconclusive.
    pub needs_planned_load: bool,
    /// Checks whose failure explains a failure of this one.
    pub builds_on: &'static [&'static str],
}

/// One question the harness can answer about a run.
pub trait Check: Sync {
    /// Identity and meaning.
    fn meta(&self) -> Meta;
    /// What must be collected for it; empty when the scenario does not ask for it.
    fn wants(&self, plan: &Plan) -> Vec<Question>;
    /// The judgement. Pure; at least one finding, a `Skipped` one where there was nothing to check.
    fn judge(&self, case: &Case<'_>) -> Vec<Finding>;
}
