//! Defects that are switched on for the life of the process: what systems like these were found to do.

use std::{collections::BTreeSet, fmt};

use super::{Args, Mistakes};
use crate::profile::ProfileName;

const SETTING: &str = "--defects (DEFECTS)";

/// One known defect. Without any the service is what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Defect {
    /// Probes answer 200 whatever happens.
    StaticHealth,
    /// Probes turn by the parity of the clock's second.
    FlappingHealth,
    /// The status recorded is not the one sent.
    StatusMismatch,
    /// Series are absent until their first event.
    LazyMetrics,
    /// Latency buckets too wide for any objective.
    CoarseBuckets,
    /// The route label is the path with its query string.
    RouteWithQuery,
    /// Unknown paths answer 200.
    CatchAll200,
    /// `ERROR_RATE` and `EXTRA_LATENCY_MS` have no effect.
    IgnoreEnv,
    /// `kv`: a duplicate write breaks every later call.
    WedgeOnDuplicate,
    /// `kv`: a lost database connection is never opened again.
    NoReconnect,
    /// `kv`: a failed write keeps its lock.
    HoldWriteLock,
    /// `kv`: the table is not made.
    NoBootstrap,
    /// `events`: increments read first and write later.
    LostIncrements,
    /// `writer`: metrics come up after the database.
    LateMetrics,
    /// `sidecar`, built-in upstream: the counter is read outside its lock.
    CounterRace,
    /// `sidecar`, built-in upstream: memory grows with each request.
    Leak,
    /// `sidecar`, built-in upstream: each answer takes 2 s.
    Slow2s,
}

impl Defect {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::StaticHealth,
        Self::FlappingHealth,
        Self::StatusMismatch,
        Self::LazyMetrics,
        Self::CoarseBuckets,
        Self::RouteWithQuery,
        Self::CatchAll200,
        Self::IgnoreEnv,
        Self::WedgeOnDuplicate,
        Self::NoReconnect,
        Self::HoldWriteLock,
        Self::NoBootstrap,
        Self::LostIncrements,
        Self::LateMetrics,
        Self::CounterRace,
        Self::Leak,
        Self::Slow2s,
    ];

    /// As in `--defects`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StaticHealth => "static-health",
            Self::FlappingHealth => "flapping-health",
            Self::StatusMismatch => "status-mismatch",
            Self::LazyMetrics => "lazy-metrics",
            Self::CoarseBuckets => "coarse-buckets",
            Self::RouteWithQuery => "route-with-query",
            Self::CatchAll200 => "catch-all-200",
            Self::IgnoreEnv => "ignore-env",
            Self::WedgeOnDuplicate => "wedge-on-duplicate",
            Self::NoReconnect => "no-reconnect",
            Self::HoldWriteLock => "hold-write-lock",
            Self::NoBootstrap => "no-bootstrap",
            Self::LostIncrements => "lost-increments",
            Self::LateMetrics => "late-metrics",
            Self::CounterRace => "counter-race",
            Self::Leak => "leak",
            Self::Slow2s => "slow-2s",
        }
    }

    /// The only profile that can have it; `None`: any.
    const fn profile(self) -> Option<ProfileName> {
        match self {
            Self::WedgeOnDuplicate
            | Self::NoReconnect
            | Self::HoldWriteLock
            | Self::NoBootstrap => Some(ProfileName::Kv),
            Self::LostIncrements => Some(ProfileName::Events),
            Self::LateMetrics => Some(ProfileName::Writer),
            Self::CounterRace | Self::Leak | Self::Slow2s => Some(ProfileName::Sidecar),
            _ => None,
        }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The defects that are switched on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defects(BTreeSet<Defect>);

impl Defects {
    /// Whether `defect` is switched on.
    pub fn has(&self, defect: Defect) -> bool {
        self.0.contains(&defect)
    }

    /// All that are switched on, in the order of [`Defect::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = Defect> {
        self.0.iter().copied()
    }

    pub(super) fn check(args: &Args, profiles: &[ProfileName], mistakes: &mut Mistakes) -> Self {
        let listed = args.defects.as_deref().unwrap_or_default().split(',');
        let mut defects = BTreeSet::new();
        for name in listed.map(str::trim).filter(|name| !name.is_empty()) {
            let mut all = Defect::ALL.into_iter();
            match all.find(|defect| defect.as_str() == name) {
                None => {
                    let known = Defect::ALL.map(Defect::as_str).join(", ");
                    mistakes.push(format!(
                        "{SETTING}: unknown defect `{name}`; known: {known}"
                    ));
                }
                Some(defect) => {
                    if let Some(only) = defect.profile().filter(|only| !profiles.contains(only)) {
                        mistakes.push(format!("{SETTING}: `{name}` is a defect of profile {only}"));
                    }
                    defects.insert(defect);
                }
            }
        }
        Self(defects)
    }
}

impl FromIterator<Defect> for Defects {
    fn from_iter<I: IntoIterator<Item = Defect>>(defects: I) -> Self {
        Self(defects.into_iter().collect())
    }
}
