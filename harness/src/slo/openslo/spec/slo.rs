//! `kind: SLO`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::alert_policy::PolicyItem;
use super::document::Inline;
use super::sli::SliSpec;

/// A promise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SloSpec {
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The name of a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// What is measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator: Option<Inline<SliSpec>>,
    /// The name of an `SLI`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator_ref: Option<String>,
    /// One window.
    pub time_window: Vec<TimeWindowSpec>,
    /// What the budget is counted in.
    pub budgeting_method: BudgetingMethod,
    /// One objective, or several.
    pub objectives: Vec<ObjectiveSpec>,
    /// When to alert.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alert_policies: Vec<PolicyItem>,
}

/// The period of an SLO.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TimeWindowSpec {
    /// The period, such as `30d`.
    pub duration: String,
    /// Whether it ends now, always.
    #[serde(default)]
    pub is_rolling: bool,
    /// When it begins, unless it is rolling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarSpec>,
}

/// The first beginning of a period that follows the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CalendarSpec {
    /// `YYYY-MM-DD hh:mm:ss`.
    pub start_time: String,
    /// An IANA name, such as `Europe/Berlin`.
    pub time_zone: String,
}

/// What the budget is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum BudgetingMethod {
    /// Bad events among all.
    Occurrences,
    /// Bad slices of time among all.
    Timeslices,
    /// The average of the slices' ratios.
    RatioTimeslices,
}

impl BudgetingMethod {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Occurrences => "Occurrences",
            Self::Timeslices => "Timeslices",
            Self::RatioTimeslices => "RatioTimeslices",
        }
    }
}

/// One target of an SLO.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ObjectiveSpec {
    /// The name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// How a value compares with `value` when all is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<Comparison>,
    /// What a value is held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Share that must be good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// The same as a percentage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_percent: Option<f64>,
    /// Share of a slice that must be good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_slice_target: Option<f64>,
    /// The length of a slice; a bare number is minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_slice_window: Option<Value>,
    /// What is measured, for one part of a composite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator: Option<Inline<SliSpec>>,
    /// The name of an `SLI`, for one part of a composite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator_ref: Option<String>,
    /// How much this part of a composite weighs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub composite_weight: Option<f64>,
}

/// How two numbers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Comparison {
    /// At most.
    Lte,
    /// At least.
    Gte,
    /// Below.
    Lt,
    /// Above.
    Gt,
}

impl Comparison {
    /// PromQL's sign.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Lte => "<=",
            Self::Gte => ">=",
            Self::Lt => "<",
            Self::Gt => ">",
        }
    }
}
