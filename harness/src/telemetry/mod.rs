//! The servers that are watched, seen from outside: questions in, evidence out.
//!
//! ```text
//! Question ─► Source (prometheus, loki, scripted) ─► Reply ─► collect ─► Evidence
//!             observe (alert states, while the load runs) ───┘
//!             receiver (webhook deliveries, while the load runs) ┘
//! probe: is it there, before the run      settle: has it caught up, after the load
//! ```
//!
//! Nothing here judges, and nothing here reads a clock: the moments of a question come from the timeline, and every
//! `at` from a clock that the caller hands in. A server that does not answer becomes `Answer::Unavailable`, never an
//! empty or a zero answer.

pub mod collect;
pub mod failure;
pub mod loki;
pub mod observe;
pub mod probe;
pub mod prometheus;
pub mod receiver;
pub mod scripted;
pub mod settle;
pub mod source;
pub mod spelling;

mod server;
mod standing;
mod webhook;
mod wire;

pub use collect::{Recorded, Sources, collect};
pub use failure::ServerError;
pub use loki::LokiSource;
pub use observe::{AlertObserver, Clock};
pub use probe::{ProbeError, Role, probe};
pub use prometheus::PrometheusSource;
pub use receiver::{Receiver, ReceiverError};
pub use scripted::Scripted;
pub use settle::{Baseline, SettlePlan, Settled, baseline, settle};
pub use source::{Asking, Reply, Source};
pub use spelling::collapse_whitespace;
