//! Settings of the `sidecar` profile.

use crate::config::{Args, Mistakes};

/// Raw settings of this profile alone.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct SidecarArgs {}

/// Settings that are known to be good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {}

impl Settings {
    /// Reads the settings; notes every mistake.
    pub fn check(_args: &Args, _mistakes: &mut Mistakes) -> Option<Self> {
        Some(Self {})
    }

    /// What the first log line says about them.
    pub fn told(&self) -> serde_json::Map<String, serde_json::Value> {
        serde_json::Map::new()
    }
}
