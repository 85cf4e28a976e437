//! Settings: written by the user, then checked, all mistakes at once.

mod admin_token;
mod args;
mod checked;
mod database;
mod defects;
mod env_file;
mod env_line;
mod fault_file;
mod mistakes;
mod rate;
mod secret;
mod telemetry;

pub use admin_token::AdminToken;
pub use args::{Args, Command};
pub use checked::{Config, ConfigError, ProfileConfig, Settings};
pub use database::{Database, PostgresUrl};
pub use defects::{Defect, Defects};
pub use mistakes::Mistakes;
pub use rate::RateArgs;
pub use secret::Secret;
pub use telemetry::{TelemetryArgs, TelemetrySettings};
