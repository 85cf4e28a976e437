//! What the service says about itself: metrics, one log line per request, trace ids.
//!
//! Knows requests and answers, and no entries and no store. It asks [`crate::faults`] one question,
//! whether to lose an increment, and reads the notes that injected faults leave on answers.

mod exposition;
mod failure;
mod log_sink;
mod logger;
mod measure;
mod metrics;
mod more_fields;
mod process;
mod request_guard;
mod trace;
mod trace_context;
mod trace_ids;

pub use exposition::{CONTENT_TYPE, exposition};
pub use failure::Failure;
pub use log_sink::LogSink;
pub use logger::{Identity, Level, Logger};
pub use measure::{Telemetry, measure};
pub(crate) use metrics::SECONDS;
pub use metrics::{BuildLabels, Metrics};
pub use more_fields::MoreFields;
pub use trace::trace;
pub use trace_context::TraceContext;
pub use trace_ids::TraceIds;
