//! What a stack is to be like.

use std::path::PathBuf;
use std::time::Duration;

use super::places::Places;
use super::target::TargetConfig;

/// The namespace label of the target's series and log lines.
pub(crate) const NAMESPACE: &str = "sloproof";

/// Everything that [`up`](super::up()) needs to know besides the tools.
#[derive(Debug, Clone)]
pub struct StackConfig {
    /// The working directory is made below this, and removed with the stack.
    pub base_dir: PathBuf,
    /// Where the state is recorded for others to find; `None` for an ephemeral stack.
    pub state_file: Option<PathBuf>,
    /// How often Prometheus scrapes the target. Also the limit of one scrape.
    pub scrape_interval: Duration,
    /// How often Prometheus evaluates groups that have no interval of their own.
    pub evaluation_interval: Duration,
    /// How often Loki's ruler evaluates groups that have no interval of their own.
    pub ruler_interval: Duration,
    /// Limit for each component's start.
    pub start_limit: Duration,
    /// The service under test; `None` for the three servers alone.
    pub target: Option<TargetConfig>,
}

impl StackConfig {
    /// An ephemeral stack without a target, with intervals short enough for a test of seconds.
    pub fn new(places: &Places) -> Self {
        Self {
            base_dir: places.temp_dir.clone(),
            state_file: None,
            scrape_interval: Duration::from_millis(500),
            evaluation_interval: Duration::from_millis(500),
            ruler_interval: Duration::from_secs(1),
            start_limit: Duration::from_mins(1),
            target: None,
        }
    }
}
