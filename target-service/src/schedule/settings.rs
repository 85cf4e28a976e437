//! Settings of the `schedule` profile.

use std::{collections::BTreeSet, time::Duration};

use serde_json::{Map, Value, json};

use super::{catalogue, domain::Version};
use crate::{
    config::{Args, Mistakes},
    endpoint::Catalogue,
    profile::ProfileName,
};

const ERROR_RATE: &str = "--error-rate (ERROR_RATE)";
const EXTRA_LATENCY: &str = "--extra-latency-ms (EXTRA_LATENCY_MS)";
const VERSIONS: &str = "--schedule-versions (SCHEDULE_VERSIONS)";
const SERVICE_NAME: &str = "--service-name (SERVICE_NAME)";

/// Below the limit on the time of a request, so that it slows answers and does not replace them.
const MAX_EXTRA_LATENCY_MS: u64 = 9_000;

/// Raw settings of this profile alone.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ScheduleArgs {
    /// Name of the service in answers and log lines: available-schedules unless set
    #[arg(long, env = "SERVICE_NAME", value_name = "NAME")]
    pub service_name: Option<String>,

    /// Versions that are served: v1,v2 unless set
    #[arg(long, env = "SCHEDULE_VERSIONS", value_name = "VERSION[,..]")]
    pub schedule_versions: Option<String>,

    /// Added to every answer with a schedule, in milliseconds: 0 unless set
    #[arg(long, env = "EXTRA_LATENCY_MS", value_name = "N")]
    pub extra_latency_ms: Option<String>,
}

/// Settings that are known to be good.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Told by `GET /` and every log line.
    pub service_name: String,
    /// What is served, at least one.
    pub versions: BTreeSet<Version>,
    /// Share of simulated failures, `0..=1`.
    pub error_rate: f64,
    /// Added to every answer with a schedule.
    pub extra_latency: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            service_name: ProfileName::Schedule.service().to_owned(),
            versions: Version::ALL.into(),
            error_rate: 0.01,
            extra_latency: Duration::ZERO,
        }
    }
}

impl Settings {
    /// Reads the settings; notes every mistake.
    pub fn check(args: &Args, mistakes: &mut Mistakes) -> Option<Self> {
        let default = Self::default();
        let own = &args.schedule;
        let service_name = own.service_name.as_deref();
        let service_name = service_name.map(|name| self::service_name(name, mistakes));
        let versions = own.schedule_versions.as_deref();
        let versions = versions.map(|text| self::versions(text, mistakes));
        let error_rate = args.error_rate.as_deref();
        let error_rate = error_rate.map(|text| mistakes.ratio(ERROR_RATE, text));
        let extra_latency = own.extra_latency_ms.as_deref();
        let extra_latency = extra_latency.map(|text| self::extra_latency(text, mistakes));
        Some(Self {
            service_name: service_name.unwrap_or(Some(default.service_name))?,
            versions: versions.unwrap_or(Some(default.versions))?,
            error_rate: error_rate.unwrap_or(Some(default.error_rate))?,
            extra_latency: extra_latency.unwrap_or(Some(default.extra_latency))?,
        })
    }

    /// Endpoints of the versions that are served.
    pub fn catalogue(&self) -> Catalogue {
        catalogue::of(&self.versions)
    }

    /// What the first log line says about them.
    pub fn told(&self) -> Map<String, Value> {
        let versions: Vec<&str> = self.versions.iter().map(|v| v.as_str()).collect();
        let mut told = Map::new();
        told.insert("versions".to_owned(), json!(versions));
        told.insert("error_rate".to_owned(), json!(self.error_rate));
        let extra_latency_ms = json!(self.extra_latency.as_millis() as u64);
        told.insert("extra_latency_ms".to_owned(), extra_latency_ms);
        told
    }
}

fn service_name(name: &str, mistakes: &mut Mistakes) -> Option<String> {
    if name.trim().is_empty() {
        let default = ProfileName::Schedule.service();
        mistakes.push(format!("{SERVICE_NAME}: is empty; try {default}"));
        return None;
    }
    Some(name.to_owned())
}

fn versions(text: &str, mistakes: &mut Mistakes) -> Option<BTreeSet<Version>> {
    let parse = |name: &str| name.trim().parse::<Version>();
    let versions: Result<_, _> = text.split(',').map(parse).collect();
    mistakes.note(versions.map_err(|error| format!("{VERSIONS}: {error}")))
}

fn extra_latency(text: &str, mistakes: &mut Mistakes) -> Option<Duration> {
    let millis = mistakes.number(EXTRA_LATENCY, text)?;
    if millis > MAX_EXTRA_LATENCY_MS {
        mistakes.push(format!(
            "{EXTRA_LATENCY}: {millis} is above {MAX_EXTRA_LATENCY_MS}; try 400"
        ));
        return None;
    }
    Some(Duration::from_millis(millis))
}
