//! OpenSLO v1 documents, 1:1, one kind a file. What the schema calls optional is optional here; what a document means
//! is checked elsewhere.

mod alert_condition;
mod alert_policy;
mod data_source;
mod document;
mod notification_target;
mod service;
mod sli;
mod slo;

pub use alert_condition::{AlertConditionSpec, BurnRateSpec, ConditionKind};
pub use alert_policy::{AlertPolicySpec, ConditionItem, PolicyItem, TargetItem};
pub use data_source::DataSourceSpec;
pub use document::{Document, Inline, MetadataSpec};
pub use notification_target::NotificationTargetSpec;
pub use service::ServiceSpec;
pub use sli::{MetricSourceSpec, MetricSpec, RatioSpec, RawType, SliSpec};
pub use slo::{BudgetingMethod, CalendarSpec, Comparison, ObjectiveSpec, SloSpec, TimeWindowSpec};
