//! `sloproof stack`.

use std::path::PathBuf;

use clap::Subcommand;

use crate::app::stack::{self as app, ToolPaths, UpOptions};
use crate::app::{Console, Failure};

const EXAMPLES: &str = "Examples:
  sloproof stack install      build or find the pinned tools, once
  sloproof stack up           start everything on free loopback ports
  sloproof stack status       what runs where, with links
  sloproof stack down         stop it and remove what it made";

const INSTALL_EXAMPLES: &str = "Examples:
  sloproof stack install
  sloproof stack install --loki /opt/loki/loki       the others as usual
  XDG_CACHE_HOME=/var/cache sloproof stack install   keep the tools on another disk";

const UP_EXAMPLES: &str = "Examples:
  sloproof stack up
  sloproof stack up --database /var/tmp/kv.db        keep the service's data
  sloproof stack up --target target/release/target-service --seed 7";

const DOWN_EXAMPLES: &str = "Examples:
  sloproof stack down
  sloproof stack down && sloproof stack up           all data afresh
  trap 'sloproof stack down' EXIT                    in a script";

const STATUS_EXAMPLES: &str = "Examples:
  sloproof stack status
  sloproof stack status --json | jq -r '.components[].links[].url'
  sloproof stack status || sloproof stack up         exit code 1 unless all of it runs";

const BINARIES: &str = "Binaries (default: cache, then PATH, then a Go build)";

/// The local stack: real Prometheus, Alertmanager, Loki, and a service to test
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

/// Explicit binaries; they win over the cache, PATH and a build.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = BINARIES)]
pub(super) struct ToolArgs {
    /// Use this prometheus
    #[arg(
        long,
        env = "SLOPROOF_PROMETHEUS",
        hide_env_values = true,
        value_name = "FILE"
    )]
    prometheus: Option<PathBuf>,
    /// Use this promtool
    #[arg(
        long,
        env = "SLOPROOF_PROMTOOL",
        hide_env_values = true,
        value_name = "FILE"
    )]
    promtool: Option<PathBuf>,
    /// Use this alertmanager
    #[arg(
        long,
        env = "SLOPROOF_ALERTMANAGER",
        hide_env_values = true,
        value_name = "FILE"
    )]
    alertmanager: Option<PathBuf>,
    /// Use this amtool
    #[arg(
        long,
        env = "SLOPROOF_AMTOOL",
        hide_env_values = true,
        value_name = "FILE"
    )]
    amtool: Option<PathBuf>,
    /// Use this loki
    #[arg(
        long,
        env = "SLOPROOF_LOKI",
        hide_env_values = true,
        value_name = "FILE"
    )]
    loki: Option<PathBuf>,
}

/// The reference service; it is built by cargo, never by `stack install`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = BINARIES)]
pub(super) struct TargetArg {
    /// Use this target-service
    #[arg(
        long,
        env = "SLOPROOF_TARGET",
        hide_env_values = true,
        value_name = "FILE"
    )]
    target: Option<PathBuf>,
}

impl ToolArgs {
    pub(super) fn paths(self, target: TargetArg) -> ToolPaths {
        ToolPaths {
            target: target.target,
            ..self.tools()
        }
    }

    fn tools(self) -> ToolPaths {
        ToolPaths {
            prometheus: self.prometheus,
            promtool: self.promtool,
            alertmanager: self.alertmanager,
            amtool: self.amtool,
            loki: self.loki,
            target: None,
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Find the pinned tools or build them with Go
    #[command(after_help = INSTALL_EXAMPLES)]
    Install(ToolArgs),
    /// Start the stack in the background
    #[command(after_help = UP_EXAMPLES)]
    Up(Up),
    /// Stop the stack and remove everything it made
    #[command(after_help = DOWN_EXAMPLES)]
    Down,
    /// Say what runs where
    #[command(after_help = STATUS_EXAMPLES)]
    Status(Status),
    /// Run the stack until it is told to stop (what `up` starts in the background)
    #[command(hide = true)]
    Supervise(Up),
}

#[derive(Debug, clap::Args)]
struct Up {
    /// Seed of the reference service's faults
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Database of the reference service: a file, or :memory:
    #[arg(long, default_value = ":memory:", value_name = "FILE")]
    database: String,
    #[command(flatten)]
    tools: ToolArgs,
    #[command(flatten)]
    target: TargetArg,
}

#[derive(Debug, clap::Args)]
struct Status {
    /// Print the status as JSON
    #[arg(long)]
    json: bool,
}

impl Up {
    fn options(self) -> UpOptions {
        UpOptions {
            tools: self.tools.paths(self.target),
            seed: self.seed,
            database: self.database,
        }
    }
}

/// Dispatches to `app`.
pub(super) async fn run(console: &Console, args: Args) -> Result<u8, Failure> {
    match args.command {
        Command::Install(tools) => app::install(console, &tools.tools()).await,
        Command::Up(up) => app::up(console, &up.options()).await,
        Command::Down => app::down(console).await,
        Command::Status(status) => app::status(console, status.json).await,
        Command::Supervise(up) => app::supervise(console, &up.options()).await,
    }
}
