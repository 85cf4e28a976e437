//! Where run directories are made: one flag of every command that makes one.

use std::path::PathBuf;

/// The folder of run directories.
#[derive(Debug, clap::Args)]
pub(super) struct Out {
    /// Make the run directory here
    #[arg(
        long,
        value_name = "DIR",
        default_value = "runs",
        env = "SLOPROOF_RUNS",
        hide_env_values = true
    )]
    pub(super) out: PathBuf,
}
