//! What the service says about itself: metrics, one log line per request, traces.
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
mod log_fields;
mod log_format;
mod log_lines;
mod log_sink;
mod log_stamp;
mod log_text;
mod logger;
mod measure;
mod metrics;
mod more_fields;
mod native_http;
mod process;
mod request_guard;
mod request_line;
mod request_lines;
mod span;
mod span_exporter;
mod text_format;
mod trace;
mod trace_context;
mod trace_ids;
mod tracer;

pub use dialect::Dialect;
pub use exposition::exposition;
pub use failure::Failure;
pub use log_format::LogFormat;
pub use log_sink::LogSink;
pub use logger::{Identity, Level, LogStyle, Logger};
pub use measure::{Telemetry, measure};
pub use metrics::{BuildLabels, Metrics};
pub use more_fields::MoreFields;
pub use span_exporter::{CollectorUrl, CollectorUrlError, SpanExporter};
pub use trace::trace;
pub use trace_context::TraceContext;
pub use trace_ids::TraceIds;
pub use tracer::Tracer;
