//! The composition root: the stages of each subcommand in order, and progress on the terminal. No judgement here.

pub mod check;
pub mod compare;
mod console;
mod document;
pub mod explain;
mod failure;
pub mod find_max;
mod fingerprint;
mod interrupt;
mod judgement;
pub mod load;
mod machine;
mod manifest;
mod probe;
pub mod report;
pub mod run;
pub mod run_dir;
pub mod schema;
pub mod selftest;
pub mod slo;
pub mod stack;
mod target_version;
pub mod verify;

pub use console::Console;
pub use failure::Failure;

/// The exit code of a command that did what it was asked to.
pub const PASS: u8 = crate::gate::exit::PASS;

/// The runtime of the whole program, with the process-wide TLS provider installed.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    // Without a provider the first HTTPS client would panic. An error means one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| {
            Failure::internal(anyhow::Error::new(error).context("cannot start the async runtime"))
        })
}

/// The wall clock, read in `app` and handed to everything that must know the time.
fn now() -> crate::model::Timestamp {
    crate::model::Timestamp(jiff::Timestamp::now().as_millisecond())
}
