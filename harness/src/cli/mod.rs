//! The command line: arguments in, one call to `app`, an exit code out. One file per subcommand.

mod check;
mod compare;
mod completions;
mod connect;
mod explain;
mod find_max;
mod load;
mod man;
mod out;
mod quantity;
mod report;
mod run;
mod schema;
mod selftest;
mod slo;
mod stack;
mod verify;

use clap::{Parser, Subcommand};

use crate::app::{self, Console};

const EXAMPLES: &str = "Examples:
  sloproof run scenarios/20-error-burst.yaml   drive load, compare, judge
  sloproof check mine.yaml                     all mistakes at once
  sloproof verify runs/ID                      judge a run again, offline

Exit codes:
    0  pass
    1  fail
    2  wrong usage, bad input, or something missing that you can provide
    3  invalid: the evidence allows no verdict
   70  internal error
  130  interrupted";

/// Proves, under load, that a service's telemetry and error budget tell the truth
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
    #[arg(short, long, global = true, display_order = 900)]
    quiet: bool,
    /// When to use colour
    #[arg(
        long,
        help = "Colour: auto (on a terminal, unless NO_COLOR is set), always or never",
        global = true,
        value_enum,
        default_value = "auto",
        value_name = "WHEN",
        hide_possible_values = true,
        hide_default_value = true,
        display_order = 901
    )]
    color: Colour,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Colour {
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
    Compare(compare::Args),
    Explain(explain::Args),
    Load(load::Args),
    FindMax(Box<find_max::Args>),
    Selftest(selftest::Args),
    Slo(slo::Args),
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
        Command::Compare(args) => app::compare::compare(&console, &args.options()),
        Command::Explain(args) => app::explain::explain(&console, args.check.as_deref()),
        Command::Slo(args) => slo::run(&console, args).await,
        Command::Load(args) => app::load::load(&console, &args.options()).await,
        Command::FindMax(args) => app::find_max::find_max(&console, &args.options()).await,
        Command::Selftest(args) => app::selftest::selftest(&console, args.options()).await,
        Command::Schema(_) => app::schema::schema(&console),
        Command::Stack(args) => stack::run(&console, args).await,
        Command::Completions(args) => completions::print(&console, &args),
        Command::Man(args) => man::print(&console, &args),
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

    /// Every command with its full name, hidden ones left out.
    fn commands(command: clap::Command, name: &str) -> Vec<(String, clap::Command)> {
        let mut all: Vec<_> = command
            .get_subcommands()
            .filter(|c| !c.is_hide_set())
            .flat_map(|c| commands(c.clone(), &format!("{name} {}", c.get_name())))
            .collect();
        all.insert(0, (name.to_owned(), command));
        all
    }

    #[test]
    fn every_command_has_three_examples_of_itself() {
        let all = commands(super::Cli::command(), "sloproof");
        assert!(all.len() > 10, "the subcommands are found");
        for (name, command) in all {
            let text = command
                .get_after_help()
                .unwrap_or_else(|| panic!("`{name}` has no examples"))
                .to_string();
            let examples = text
                .lines()
                .skip_while(|line| *line != "Examples:")
                .skip(1)
                .take_while(|line| line.starts_with("  "))
                .filter(|line| line.contains(&name))
                .count();
            assert!(examples >= 3, "`{name}` has {examples} examples:\n{text}");
        }
    }

    #[test]
    fn help_fits_into_eighty_columns_without_being_wrapped() {
        let mut wide = Vec::new();
        for (name, command) in commands(super::Cli::command(), "sloproof") {
            for text in command
                .get_about()
                .into_iter()
                .chain(command.get_after_help())
            {
                let text = text.to_string();
                let lines = text.lines().filter(|line| line.chars().count() > 80);
                wide.extend(lines.map(|line| format!("`{name}`: {line}")));
            }
        }
        assert!(wide.is_empty(), "{}", wide.join("\n"));
    }
}
