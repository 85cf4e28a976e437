//! Settings that are known to be good.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use serde_json::{Map, Value};

use super::{AdminToken, Args, Defect, Defects, Mistakes, TelemetrySettings, fault_file};
use crate::{
    endpoint::Catalogue,
    events,
    faults::FaultSpec,
    http::Rate,
    kv::{self, Compat},
    profile::ProfileName,
    schedule, sidecar,
    telemetry::Dialect,
    writer,
};

const LISTEN: &str = "--listen (LISTEN_ADDR)";

/// What the program runs with.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// What the process is, at least one.
    pub profiles: Vec<ProfileConfig>,
    /// Address of the fault API, a loopback one unless there is a token; `None`: no fault API.
    pub fault_listen: Option<SocketAddr>,
    /// What the fault API asks for; `None`: nothing.
    pub admin_token: Option<AdminToken>,
    /// Faults of the first profile from the start on, known to be good for it.
    pub faults: Option<FaultSpec>,
    /// Defects to have.
    pub defects: Defects,
    /// Seed of the fault decisions.
    pub seed: u64,
    /// Longest time from the stop signal to the end.
    pub drain: Duration,
    /// Most connections at a time, of each profile.
    pub max_connections: usize,
    /// What one client may ask for; `None`: no limit.
    pub rate: Option<Rate>,
    /// Logs and traces.
    pub telemetry: TelemetrySettings,
}

/// One profile and its address.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileConfig {
    /// Address of the service.
    pub listen: SocketAddr,
    /// What is its own.
    pub settings: Settings,
}

/// Settings of one profile.
#[derive(Debug, Clone, PartialEq)]
pub enum Settings {
    /// Key-value store.
    Kv(kv::Settings),
    /// Event stream.
    Events(events::Settings),
    /// Available schedules.
    Schedule(schedule::Settings),
    /// Row writer.
    Writer(writer::Settings),
    /// Reverse proxy.
    Sidecar(sidecar::Settings),
}

impl Settings {
    /// Whose they are.
    pub fn profile(&self) -> ProfileName {
        match self {
            Self::Kv(_) => ProfileName::Kv,
            Self::Events(_) => ProfileName::Events,
            Self::Schedule(_) => ProfileName::Schedule,
            Self::Writer(_) => ProfileName::Writer,
            Self::Sidecar(_) => ProfileName::Sidecar,
        }
    }

    /// What requests can ask of it.
    pub fn catalogue(&self) -> Catalogue {
        match self {
            Self::Kv(settings) => kv::catalogue(settings.compat),
            Self::Events(_) => events::CATALOGUE,
            Self::Schedule(settings) => settings.catalogue(),
            Self::Writer(_) => writer::CATALOGUE,
            Self::Sidecar(_) => sidecar::CATALOGUE,
        }
    }

    /// Whose metrics it has.
    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Kv(settings) if settings.compat == Compat::DumbKv => Dialect::DumbKv,
            _ => Dialect::Native,
        }
    }

    /// The `service` field of log lines.
    pub fn service(&self) -> &str {
        match self {
            Self::Schedule(settings) => &settings.service_name,
            other => other.profile().service(),
        }
    }

    /// What the first log line says about them.
    pub fn told(&self) -> Map<String, Value> {
        match self {
            Self::Kv(settings) => settings.told(),
            Self::Events(settings) => settings.told(),
            Self::Schedule(settings) => settings.told(),
            Self::Writer(settings) => settings.told(),
            Self::Sidecar(settings) => settings.told(),
        }
    }

    fn check(profile: ProfileName, args: &Args, mistakes: &mut Mistakes) -> Option<Self> {
        match profile {
            ProfileName::Kv => kv::Settings::check(args, mistakes).map(Self::Kv),
            ProfileName::Events => events::Settings::check(args, mistakes).map(Self::Events),
            ProfileName::Schedule => schedule::Settings::check(args, mistakes).map(Self::Schedule),
            ProfileName::Writer => writer::Settings::check(args, mistakes).map(Self::Writer),
            ProfileName::Sidecar => sidecar::Settings::check(args, mistakes).map(Self::Sidecar),
        }
    }
}

/// All mistakes in the settings, each naming its flag and variable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bad configuration\n  {}", .0.join("\n  "))]
pub struct ConfigError(pub Vec<String>);

impl TryFrom<&Args> for Config {
    type Error = ConfigError;

    fn try_from(args: &Args) -> Result<Self, ConfigError> {
        let mut mistakes = Mistakes::from(args.file_mistakes.clone());
        let names = names(&args.profile, &mut mistakes);
        let defects = Defects::check(args, &names, &mut mistakes);
        let profiles = profiles(&seen(args, &defects), &names, &mut mistakes);
        let token = args.admin_token.as_deref();
        let token_file = args.admin_token_file.as_deref();
        let guarded = token.or(token_file).is_some();
        let admin_token = AdminToken::check(token, token_file, &mut mistakes);
        let fault_listen = args.fault_listen.as_deref();
        let fault_listen = fault_listen.map(|text| admin(text, guarded, &mut mistakes));
        let good = profiles.first().map(|profile| &profile.settings);
        let first = good.filter(|settings| names.first() == Some(&settings.profile()));
        let catalogue = first.map(Settings::catalogue);
        let faults = args.faults.as_deref();
        let faults = faults.and_then(|path| fault_file::read(path, catalogue, &mut mistakes));
        let seed = mistakes.number("--seed (RANDOM_SEED)", &args.seed);
        let drain = mistakes.number("--drain-seconds (DRAIN_SECONDS)", &args.drain_seconds);
        let max_connections = max_connections(&args.max_connections, &mut mistakes);
        let rate = args.rate.check(&mut mistakes);
        let telemetry = TelemetrySettings::check(&args.telemetry, &mut mistakes);
        let mistakes = mistakes.into_vec();
        match (seed, drain, max_connections, telemetry) {
            (Some(seed), Some(drain), Some(max_connections), Some(telemetry))
                if mistakes.is_empty() =>
            {
                Ok(Self {
                    profiles,
                    defects,
                    fault_listen: fault_listen.flatten(),
                    admin_token,
                    faults,
                    seed,
                    drain: Duration::from_secs(drain),
                    max_connections,
                    rate,
                    telemetry,
                })
            }
            _ => Err(ConfigError(mistakes)),
        }
    }
}

/// All profiles whose settings are good; the others have left a mistake.
fn profiles(args: &Args, names: &[ProfileName], mistakes: &mut Mistakes) -> Vec<ProfileConfig> {
    let addresses = addresses(args.listen.as_deref(), names, mistakes);
    let mut profiles: Vec<ProfileConfig> = Vec::new();
    for &name in names {
        let settings = Settings::check(name, args, mistakes);
        let given = addresses.iter().find(|(profile, _)| *profile == name);
        let default = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), name.default_port());
        let listen = given.map_or(default, |(_, address)| *address);
        if let Some(other) = profiles
            .iter()
            .find(|p| p.listen == listen && listen.port() != 0)
        {
            let other = other.settings.profile();
            mistakes.push(format!(
                "{LISTEN}: {other} and {name} would both listen on {listen}; try {name}=127.0.0.1:0"
            ));
        }
        profiles.extend(settings.map(|settings| ProfileConfig { listen, settings }));
    }
    profiles
}

fn names(text: &str, mistakes: &mut Mistakes) -> Vec<ProfileName> {
    let mut names = Vec::new();
    for part in text.split(',') {
        let name: Result<ProfileName, _> = part.trim().parse();
        let name = name.map_err(|error| format!("--profile (TARGET_PROFILE): {error}"));
        match mistakes.note(name) {
            Some(name) if names.contains(&name) => {
                mistakes.push(format!(
                    "--profile (TARGET_PROFILE): `{name}` is named twice"
                ));
            }
            name => names.extend(name),
        }
    }
    names
}

/// `IP:PORT` for the only profile, `profile=IP:PORT` for one of several.
fn addresses(
    text: Option<&str>,
    names: &[ProfileName],
    mistakes: &mut Mistakes,
) -> Vec<(ProfileName, SocketAddr)> {
    let mut addresses = Vec::new();
    for part in text.into_iter().flat_map(|text| text.split(',')) {
        let (profile, address) = match (part.split_once('='), names) {
            (Some((profile, address)), _) => {
                let known = names.iter().find(|name| name.as_str() == profile);
                let unknown = || format!("{LISTEN}: `{profile}` is not among the profiles");
                (mistakes.note(known.copied().ok_or_else(unknown)), address)
            }
            (None, [only]) => (Some(*only), part),
            (None, []) => (None, part),
            (None, [first, ..]) => {
                mistakes.push(format!(
                    "{LISTEN}: several profiles need an address each; try {first}={part}"
                ));
                continue;
            }
        };
        let address = mistakes.address(LISTEN, address);
        addresses.extend(profile.zip(address));
    }
    addresses
}

/// The settings as a service with these defects sees them.
fn seen(args: &Args, defects: &Defects) -> Args {
    let mut seen = args.clone();
    if defects.has(Defect::IgnoreEnv) {
        seen.error_rate = None;
    }
    seen
}

/// Whoever reaches the fault API can break the service, so without a token it is not offered to the network.
fn admin(text: &str, guarded: bool, mistakes: &mut Mistakes) -> Option<SocketAddr> {
    let setting = "--fault-listen (FAULT_ADDR)";
    let address = mistakes.address(setting, text)?;
    if !address.ip().is_loopback() && !guarded {
        let port = address.port();
        mistakes.push(format!(
            "{setting}: `{text}` is no loopback address; try 127.0.0.1:{port}, or set ADMIN_TOKEN"
        ));
    }
    Some(address)
}

fn max_connections(text: &str, mistakes: &mut Mistakes) -> Option<usize> {
    let setting = "--max-connections (MAX_CONNECTIONS)";
    let number = mistakes.number(setting, text)?;
    let positive = usize::try_from(number).ok().filter(|number| *number > 0);
    mistakes.note(positive.ok_or_else(|| format!("{setting}: must be at least 1; try 10000")))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[test]
    fn a_service_that_ignores_its_environment_does_not_see_the_error_rate() {
        let args = Args::parse_from(["target-service", "--error-rate", "0.5"]);
        let blind = Defects::from_iter([Defect::IgnoreEnv]);
        assert_eq!(seen(&args, &blind).error_rate, None);
        assert_eq!(
            seen(&args, &Defects::default()).error_rate,
            Some("0.5".to_owned())
        );
    }
}
