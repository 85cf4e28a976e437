//! Resource faults as written.

use serde::{Deserialize, Serialize};

use crate::faults::CourseSpec;

/// What runs out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResourceFaultSpec {
    /// Memory that is never given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<MemoryFaultSpec>,
    /// Connections of the service port that clients cannot have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Option<ConnectionsFaultSpec>,
    /// Processor time that no request uses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<CpuFaultSpec>,
}

/// A leak.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryFaultSpec {
    /// Bytes that resident memory grows by in a second, at most 256 MiB.
    pub bytes_per_second: u64,
    /// Bytes that it grows by in all, at most 1 GiB.
    pub max_bytes: u64,
    /// When it leaks; the rate is multiplied by its strength. What has leaked stays until the reset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseSpec>,
}

/// Held connections.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionsFaultSpec {
    /// How many of the connection limit; with the limit or more nobody new gets in.
    pub slots: u64,
    /// When they are held; the number is multiplied by its strength.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseSpec>,
}

/// Busy threads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CpuFaultSpec {
    /// How many, at most 16.
    pub threads: u64,
    /// When they are busy; the share of their time is multiplied by its strength.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<CourseSpec>,
}
