//! Settings: written by the user, then checked, all mistakes at once.

mod args;
mod checked;

pub use args::Args;
pub use checked::{Config, ConfigError, Database};
