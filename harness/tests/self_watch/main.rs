//! The instrument's warnings about itself, each provoked for real: `sloproof load` against a small server of the test,
//! and what its report and exit code say.
//!
//! The tests run one at a time, for each disturbs the machine in its own way. A test that provokes a warning allows the
//! machine to be busy beside it: where requests left late, the run is INVALID, and that is the truth.
#![forbid(unsafe_code)]

mod delay;
mod limits;
mod processor;
mod run;
mod server;
mod service;
