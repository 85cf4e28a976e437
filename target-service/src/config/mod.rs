//! Settings: written by the user, then checked, all mistakes at once.

mod args;
mod checked;
mod database;
mod mistakes;

pub use args::Args;
pub use checked::{Config, ConfigError, ProfileConfig, Settings};
pub use database::{Database, PostgresUrl};
pub use mistakes::Mistakes;
