//! `manifest.json`: what a run was, apart from plan, ledger and evidence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::machine::Machine;
use super::target_version::TargetVersion;
use crate::model::Timeline;

/// Version of `manifest.json`.
pub(super) const MANIFEST_SCHEMA_VERSION: u32 = 1;

/// The facts of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// [`MANIFEST_SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The run directory's name at the time of the run.
    pub run_id: String,
    /// Version of the program.
    pub sloproof_version: String,
    /// Command that repeats the run.
    pub command: String,
    /// When things happened.
    pub timeline: Timeline,
    /// Servers by name: URL and version.
    pub servers: BTreeMap<String, String>,
    /// Processors of the machine.
    pub cpus: u32,
    /// Operating system and architecture.
    pub platform: String,
    /// Of everything in the plan that decides what is sent and how it is judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario_hash: Option<String>,
    /// Version of the service; `None` if nobody told, which is not the same as no version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_version: Option<TargetVersion>,
    /// The machine that sent the load; `None` in manifests of older programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Machine>,
}
