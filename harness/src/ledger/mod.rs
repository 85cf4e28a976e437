//! The ledger: exactly one outcome for each planned arrival. Ground truth for every check.

pub mod book;
pub mod histogram;
pub mod interval_log;
pub mod recorder;
pub mod sample;
pub mod window;

pub use book::{Cell, GeneratorFacts, Ledger, OutcomeCounts};
pub use histogram::LatencyHistogram;
pub use interval_log::IntervalLog;
pub use recorder::{Layout, Recorder};
pub use sample::{KeptSample, Sample};
pub use window::{ClosedWindow, WindowRow};
