//! The five profiles by name.

use std::{fmt, str::FromStr};

/// What a process is asked to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProfileName {
    /// Key-value store.
    Kv,
    /// Catch-all domain event stream.
    Events,
    /// Available schedules, two versions.
    Schedule,
    /// Periodic row writer.
    Writer,
    /// Fault-injecting reverse proxy.
    Sidecar,
}

impl ProfileName {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 5] = [
        Self::Kv,
        Self::Events,
        Self::Schedule,
        Self::Writer,
        Self::Sidecar,
    ];

    /// As in `--profile`, labels and log lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kv => "kv",
            Self::Events => "events",
            Self::Schedule => "schedule",
            Self::Writer => "writer",
            Self::Sidecar => "sidecar",
        }
    }

    /// The `service` field of log lines, unless `SERVICE_NAME` says otherwise.
    pub const fn service(self) -> &'static str {
        match self {
            Self::Schedule => "available-schedules",
            other => other.as_str(),
        }
    }

    /// Whether log formats that quote requests may show path and query. Those of the others hold keys,
    /// domains or whatever a proxy's clients send.
    pub const fn queries_are_harmless(self) -> bool {
        matches!(self, Self::Schedule)
    }

    /// Port of the service when no address is given.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Kv => 8000,
            Self::Events => 7000,
            Self::Schedule | Self::Writer => 8080,
            Self::Sidecar => 9000,
        }
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// No profile has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown profile `{0}`; known: kv, events, schedule, writer, sidecar")]
pub struct UnknownProfile(String);

impl FromStr for ProfileName {
    type Err = UnknownProfile;

    fn from_str(text: &str) -> Result<Self, UnknownProfile> {
        let mut all = Self::ALL.into_iter();
        all.find(|name| name.as_str() == text)
            .ok_or_else(|| UnknownProfile(text.to_owned()))
    }
}
