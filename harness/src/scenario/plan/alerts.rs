//! What alerts must and may do.

use serde::{Deserialize, Serialize};

use crate::model::{Engine, Labels, Millis, PhaseId};

/// What alerts must and may do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AlertPlan {
    /// These must fire.
    pub expected: Vec<ExpectedAlert>,
    /// These may fire, by name: neither needed nor a mistake. All others must stay quiet.
    pub allowed: Vec<String>,
}

/// One expected alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExpectedAlert {
    /// Its name.
    pub name: String,
    /// Which ruler evaluates it.
    pub engine: Engine,
    /// Labels the firing alert must have (a subset).
    pub labels: Labels,
    /// The phase from whose start `fires_within` counts.
    pub phase: PhaseId,
    /// It must be firing at the latest this long after the phase's start, and not before it.
    pub fires_within: Millis,
    /// It must have resolved at the latest this long after the phase's end; `None` = not judged.
    pub resolves_within: Option<Millis>,
    /// Whether it must (or must not) reach the webhook; `None` = not judged.
    pub delivered: Option<bool>,
}
