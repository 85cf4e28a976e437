//! The program as its users meet it: what they type, what they read, and the exit code. No server is started.
#![forbid(unsafe_code)]
#![allow(
    clippy::needless_raw_string_hashes,
    reason = "SNAPSHOTS=overwrite writes them"
)]

mod compare;
mod help;
mod load;
mod manners;
mod place;
mod run_directory;
mod scenario;
mod slo;
mod stack;
