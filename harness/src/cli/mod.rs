//! The command line: arguments in, one call to `app`, an exit code out. One file per subcommand.

mod check;
mod completions;
mod explain;
mod man;
mod report;
mod run;
mod schema;
mod stack;
mod verify;

use clap::{Parser, Subcommand};

use crate::app::{self, Console};

const EXAMPLES: &str = "Examples:
  sloproof run scenarios/20-error-burst.yaml       drive load, compare every hop with the ledger, judge
  sloproof check scenarios/mine.yaml               all mistakes of a scenario at once, nothing is started
  sloproof verify runs/ID                          judge a run directory again, offline
  sloproof stack up                                real Prometheus, Alertmanager, Loki and the reference service

Exit codes: 0 pass, 1 fail, 2 usage or bad input, 3 invalid (no verdict possible), 70 internal error, 130 interrupted.";

/// Proves, under load, that a service's counters, logs, rules, alerts, dashboards and error budget tell the truth.
#[derive(Debug, Parser)]
#[command(name = "sloproof", version, after_help = EXAMPLES, arg_required_else_help = true, max_term_width = 110)]
pub struct Cli {
    #[command(flatten)]
    output: Output,
    #[command(subcommand)]
    command: Command,
}

/// How to speak to the user; the same for every subcommand.
#[derive(Debug, Clone, Copy, clap::Args)]
struct Output {
    /// Say less: no progress, only results and errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// When to use colour
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "auto",
        value_name = "WHEN"
    )]
    color: Colour,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Colour {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    Check(check::Args),
    Verify(verify::Args),
    Report(report::Args),
    Explain(explain::Args),
    Schema(schema::Args),
    Stack(stack::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Runs the program and returns its exit code.
pub async fn run(cli: Cli) -> u8 {
    let console = Console::from_environment(cli.output.quiet, cli.output.color.choice());
    let result = match cli.command {
        Command::Run(args) => app::run::run(&console, &args.options()).await,
        Command::Check(args) => app::check::check(&console, &args.options()),
        Command::Verify(args) => app::verify::verify(&console, &args.options()),
        Command::Report(args) => app::report::report(&console, &args.options()),
        Command::Explain(args) => app::explain::explain(&console, args.check.as_deref()),
        Command::Schema(_) => app::schema::schema(&console),
        Command::Stack(args) => stack::run(&console, args).await,
        Command::Completions(args) => Ok(completions::print(&console, &args)),
        Command::Man(_) => man::print(&console),
    };
    result.unwrap_or_else(|failure| {
        console.error(&failure.to_string());
        failure.code()
    })
}

impl Colour {
    /// `None` leaves it to the environment.
    fn choice(self) -> Option<bool> {
        match self {
            Self::Auto => None,
            Self::Always => Some(true),
            Self::Never => Some(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
