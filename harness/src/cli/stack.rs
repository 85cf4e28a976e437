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

/// The local telemetry stack: real Prometheus, Alertmanager and Loki, and the reference service
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

/// Explicit binaries; they win over the cache, PATH and a build.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Binaries (default: cache, then PATH, then a Go build)")]
pub(super) struct ToolArgs {
    /// Use this prometheus
    #[arg(long, env = "SLOPROOF_PROMETHEUS", value_name = "FILE")]
    prometheus: Option<PathBuf>,
    /// Use this promtool
    #[arg(long, env = "SLOPROOF_PROMTOOL", value_name = "FILE")]
    promtool: Option<PathBuf>,
    /// Use this alertmanager
    #[arg(long, env = "SLOPROOF_ALERTMANAGER", value_name = "FILE")]
    alertmanager: Option<PathBuf>,
    /// Use this amtool
    #[arg(long, env = "SLOPROOF_AMTOOL", value_name = "FILE")]
    amtool: Option<PathBuf>,
    /// Use this loki
    #[arg(long, env = "SLOPROOF_LOKI", value_name = "FILE")]
    loki: Option<PathBuf>,
    /// Use this target-service
    #[arg(long, env = "SLOPROOF_TARGET", value_name = "FILE")]
    target: Option<PathBuf>,
}

impl ToolArgs {
    pub(super) fn paths(self) -> ToolPaths {
        ToolPaths {
            prometheus: self.prometheus,
            promtool: self.promtool,
            alertmanager: self.alertmanager,
            amtool: self.amtool,
            loki: self.loki,
            target: self.target,
        }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Find the pinned tools or build them with Go
    Install(ToolArgs),
    /// Start the stack in the background
    Up(Up),
    /// Stop the stack and remove everything it made
    Down,
    /// Say what runs where
    Status(Status),
    /// Run the stack until it is told to stop (what `up` starts in the background)
    #[command(hide = true)]
    Supervise(Up),
}

#[derive(Debug, clap::Args)]
struct Up {
    #[command(flatten)]
    tools: ToolArgs,
    /// Seed of the reference service's faults
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Database of the reference service: a file, or :memory:
    #[arg(long, default_value = ":memory:", value_name = "FILE")]
    database: String,
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
            tools: self.tools.paths(),
            seed: self.seed,
            database: self.database,
        }
    }
}

/// Dispatches to `app`.
pub(super) async fn run(console: &Console, args: Args) -> Result<u8, Failure> {
    match args.command {
        Command::Install(tools) => app::install(console, &tools.paths()).await,
        Command::Up(up) => app::up(console, &up.options()).await,
        Command::Down => app::down(console).await,
        Command::Status(status) => app::status(console, status.json).await,
        Command::Supervise(up) => app::supervise(console, &up.options()).await,
    }
}
