//! The command line, the environment and the file, as written.

use std::ffi::OsString;

use clap::{Arg, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, error::ErrorKind};

use super::{RateArgs, TelemetryArgs, env_file::EnvFile};
use crate::{
    events::{EventsArgs, generate::GenerateArgs},
    kv::KvArgs,
    schedule::ScheduleArgs,
    sidecar::SidecarArgs,
    writer::WriterArgs,
};

const ABOUT: &str =
    "The reference target service: five profiles with honest telemetry, and faults on demand";

const EXAMPLES: &str = "\
Examples:
  target-service                                      key-value store in memory, on 127.0.0.1:8000
  target-service --listen 127.0.0.1:0                 on a free port, told in the first log line
  target-service --database data/kv.db                entries outlive the process
  target-service --fault-listen 127.0.0.1:8001        with the fault API
  target-service --profile events,schedule            two profiles, each on its own port
  target-service generate-events --url http://127.0.0.1:7000
  FAULT_ADDR=127.0.0.1:8001 RANDOM_SEED=7 target-service

A flag beats its environment variable, which beats the file. Exit codes: 0 stopped by a signal, 1 failed,
2 bad configuration.";

/// What the program can do besides serving.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Print a seeded stream of events, or send it to a service and compare what is stored
    GenerateEvents(GenerateArgs),
    /// Print what a shell needs to complete flags: `source <(target-service completion bash)`
    Completion {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// Raw settings. All values are text here, so that one start reports every mistake; [`super::Config`] is the checked form.
#[derive(Debug, Clone, Parser)]
#[command(version, about = ABOUT, after_help = EXAMPLES, long_about = None, args_override_self = true, allow_negative_numbers = true)]
pub struct Args {
    /// Something else than to serve.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// What the service is: kv, events, schedule, writer, sidecar, or several of them
    #[arg(
        long,
        env = "TARGET_PROFILE",
        default_value = "kv",
        value_name = "PROFILE[,..]"
    )]
    pub profile: String,

    /// Where the service listens; port 0 picks a free one; profile=IP:PORT[,..] with several profiles
    #[arg(long, env = "LISTEN_ADDR", value_name = "IP:PORT")]
    pub listen: Option<String>,

    /// Settings as NAME=VALUE lines, named like the variables; .env when left out and there
    #[arg(long, env = "TARGET_ENV_FILE", value_name = "PATH")]
    pub env_file: Option<String>,

    /// What is wrong with the file, to be told with everything else.
    #[arg(skip)]
    pub file_mistakes: Vec<String>,

    /// Where the fault API listens, a loopback address unless there is a token; off unless set
    #[arg(long, env = "FAULT_ADDR", value_name = "IP:PORT")]
    pub fault_listen: Option<String>,

    /// Faults of the first profile from the start on, as JSON
    #[arg(long, env = "FAULTS_FILE", value_name = "PATH")]
    pub faults: Option<String>,

    /// File with the bearer token that the fault API asks for
    #[arg(long, env = "ADMIN_TOKEN_FILE", value_name = "PATH")]
    pub admin_token_file: Option<String>,

    /// The token itself; better in the variable or the file, as others can see flags
    #[arg(
        long,
        env = "ADMIN_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true
    )]
    pub admin_token: Option<String>,

    /// memory, sqlite or postgres; told by the location when left out
    #[arg(long, env = "DATABASE_TYPE", value_name = "TYPE")]
    pub database_type: Option<String>,

    /// A file, postgres://.., :memory: for `SQLite` in memory, or memory for a plain map
    #[arg(
        long,
        env = "DATABASE_LOCATION",
        value_name = "PATH",
        hide_env_values = true
    )]
    pub database: Option<String>,

    /// Connections to a PostgreSQL server, at most: kv 10, events 50 unless set
    #[arg(long, env = "DATABASE_POOL", value_name = "N")]
    pub database_pool: Option<String>,

    /// Decides which requests a fault strikes, and everything else that is random
    #[arg(long, env = "RANDOM_SEED", default_value = "0", value_name = "N")]
    pub seed: String,

    /// Longest time from the stop signal to the end, in seconds
    #[arg(long, env = "DRAIN_SECONDS", default_value = "10", value_name = "N")]
    pub drain_seconds: String,

    /// Of the limit per client.
    #[command(flatten)]
    pub rate: RateArgs,

    /// Of logs and traces.
    #[command(flatten)]
    pub telemetry: TelemetryArgs,

    /// Most connections at a time; more clients wait
    #[arg(
        long,
        env = "MAX_CONNECTIONS",
        default_value = "10000",
        value_name = "N"
    )]
    pub max_connections: String,

    /// Share of simulated errors, 0 to 1: schedule 0.01, writer 0.1 unless set
    #[arg(long, env = "ERROR_RATE", value_name = "RATIO")]
    pub error_rate: Option<String>,

    /// Known defects to have, separated by commas
    #[arg(long, env = "DEFECTS", value_name = "DEFECT[,..]")]
    pub defects: Option<String>,

    /// Of profile kv.
    #[command(flatten)]
    pub kv: KvArgs,

    /// Of profile events.
    #[command(flatten)]
    pub events: EventsArgs,

    /// Of profile schedule.
    #[command(flatten)]
    pub schedule: ScheduleArgs,

    /// Of profile writer.
    #[command(flatten)]
    pub writer: WriterArgs,

    /// Of profile sidecar.
    #[command(flatten)]
    pub sidecar: SidecarArgs,
}

impl Args {
    /// Reads the command line `argv`, the environment and the file. Ends the process on `--help`, `--version`
    /// and what is no command line at all.
    pub fn read(argv: impl IntoIterator<Item = OsString>) -> Self {
        Self::try_read(argv).unwrap_or_else(|error| error.exit())
    }

    fn try_read(argv: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut argv: Vec<OsString> = argv.into_iter().collect();
        let command = Self::command();
        let unreadable = unreadable_variables(&command);
        if !unreadable.is_empty() {
            let why = format!("not UTF-8: the variables {}", unreadable.join(", "));
            return Err(command.clone().error(ErrorKind::InvalidUtf8, why));
        }
        let given = command.clone().try_get_matches_from(&argv)?;
        let (flags, file_mistakes) = EnvFile::of(&given).flags(&command, &given);
        // In front, right after the name of the program.
        let front = argv.len().min(1);
        argv.splice(front..front, flags);
        let matches = command.try_get_matches_from(argv)?;
        Ok(Self {
            file_mistakes,
            ..Self::from_arg_matches(&matches)?
        })
    }
}

/// Settings in the environment that are no text: clap refuses them without a name.
fn unreadable_variables(command: &clap::Command) -> Vec<String> {
    let names = command.get_arguments().filter_map(Arg::get_env);
    let names = names.filter(|name| std::env::var_os(name).is_some_and(|it| it.to_str().is_none()));
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}
