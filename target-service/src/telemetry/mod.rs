//! What the service says about itself: metrics, one log line per request, trace ids.
//!
//! Knows requests and answers, and no entries and no store. It asks [`crate::faults`] one question,
//! which lies to tell, and reads the notes that injected faults leave on answers.

mod dialect;
mod dumbkv_http;
mod exchange;
mod exposition;
mod failure;
mod families;
mod format;
mod latency;
mod lies;
mod log_sink;
mod logger;
mod measure;
mod metrics;
mod native_http;
mod process;
mod request_guard;
mod text_format;
mod trace;
mod trace_context;
mod trace_ids;

pub use dialect::Dialect;
pub use exposition::exposition;
pub use failure::Failure;
pub use log_sink::LogSink;
pub use logger::{Identity, Level, Logger};
pub use measure::{Telemetry, measure};
pub use metrics::{BuildLabels, Metrics};
pub use trace::trace;
pub use trace_context::TraceContext;
pub use trace_ids::TraceIds;
