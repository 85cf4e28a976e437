//! Faults on demand: what goes wrong, how often, and where it can be seen.
//!
//! *Inner* faults lie below the metrics layer: the service reports them truly. *Outer* faults lie
//! above it: only the client sees them. *Resource* faults take what the process lives on, *health* faults
//! make the probes lie. *Telemetry* faults leave the answers alone and make metrics and logs lie. This module
//! knows no entries and no store; the probes and the telemetry ask it what to say.

mod api;
mod course;
mod damage;
mod dice;
mod fault_set;
mod guard;
mod health;
mod inner;
mod inner_rule;
mod log_fault;
mod log_spec;
mod metric_lie_spec;
mod metric_lies;
mod mistakes;
mod outer;
mod outer_rule;
mod resource;
mod rule;
mod share;
mod spec;
mod status_filter;
mod switchboard;

pub use api::router;
pub use course::CourseSpec;
pub(crate) use dice::Dice;
pub use fault_set::FaultSetError;
pub use health::{HealthFaultSpec, Lie, Probe, ProbeFaultSpec, Verdict};
pub(crate) use inner::InjectedPanic;
pub use inner::{Note, inner};
pub use inner_rule::InnerFaultSpec;
pub use log_fault::{LineLies, RequestFacts};
pub use log_spec::{LogFaultSpec, LogLie};
pub use metric_lie_spec::{
    CoarseBucketsSpec, RecordedRoute, RouteLabelSpec, ShareSpec, StaleTimestampSpec,
    StatusLabelSpec, StuckGaugeSpec, WholeSpec,
};
pub use metric_lies::{Distortion, MetricLies, ToldStatus};
pub use outer::outer;
pub use outer_rule::OuterFaultSpec;
pub use resource::{ConnectionsFaultSpec, CpuFaultSpec, MemoryFaultSpec, ResourceFaultSpec};
pub use spec::{FaultSpec, TelemetryFaultSpec};
pub use status_filter::StatusFilter;
pub use switchboard::Faults;
