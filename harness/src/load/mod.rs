//! The load engine: open-loop arrivals at intended times, one outcome each.
//!
//! In: a [`LoadPlan`](crate::scenario::plan::LoadPlan) and a [`Connect`](wire::Connect). Out: windows as seconds close,
//! and one [`Recorded`](crate::ledger::Recorded) per worker. Nothing here knows telemetry or judges anything.

pub mod draw;
pub mod engine;
pub mod extract;
pub mod fault;
mod feeder;
pub mod key;
pub mod preflight;
pub mod progress;
pub mod request;
pub mod schedule;
mod script;
pub mod self_watch;
pub mod template;
pub mod wire;
mod worker;

pub use engine::{Engine, Loop, layout};
pub use progress::Progress;
pub use schedule::Schedule;
