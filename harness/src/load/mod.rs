//! The load engine: open-loop arrivals at intended times, one outcome each.
//!
//! In: a [`LoadPlan`](crate::scenario::plan::LoadPlan) and a [`Client`](client::Client). Out: a
//! [`Sample`](crate::ledger::Sample) per arrival. Nothing here knows telemetry or judges anything.

pub mod arrival;
pub mod client;
pub mod draw;
pub mod engine;
pub mod extract;
pub mod fault;
pub mod feeder;
pub mod key;
pub mod pacer;
pub mod request;
pub mod self_watch;
pub mod template;
pub mod wire;

pub use arrival::Schedule;
pub use engine::{Engine, Progress};
