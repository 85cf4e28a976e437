//! The ledger: exactly one outcome for each planned arrival. Ground truth for every check.

pub mod binder;
pub mod book;
pub mod histogram;
pub mod interval_log;
mod kept;
pub mod recorder;
pub mod sample;
mod seconds;
pub mod watch;
pub mod window;

pub use binder::{Binder, ClosedWindow};
pub use book::{Cell, GeneratorFacts, Ledger, OutcomeCounts};
pub use histogram::LatencyHistogram;
pub use interval_log::IntervalLog;
pub use recorder::{Closed, Layout, Recorded, Recorder};
pub use sample::{KeptSample, Sample, TraceId};
pub use watch::{PAUSE, Pauses, WatchRow};
pub use window::WindowRow;
