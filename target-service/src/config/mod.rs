//! Settings: written by the user, then checked, all mistakes at once.

mod args;
mod checked;
mod database;
mod defects;
mod mistakes;

pub use args::{Args, Command};
pub use checked::{Config, ConfigError, ProfileConfig, Settings};
pub use database::{Database, PostgresUrl};
pub use defects::{Defect, Defects};
pub use mistakes::Mistakes;
