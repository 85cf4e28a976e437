//! Putting rule files into a running stack, and being sure that both servers evaluate them.

mod file;
mod install;
mod loki;
mod prometheus;

pub use file::RuleFile;
pub use install::{RulesError, install_rules};
