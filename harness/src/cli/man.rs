//! `sloproof man`.

use clap::CommandFactory as _;

use crate::app::{Console, Failure};
use crate::model::nearest;

const EXAMPLES: &str = "Examples:
  sloproof man | man -l -
  sloproof man stack up | man -l -
  sloproof man run > ~/.local/share/man/man1/sloproof-run.1";

/// Print the manual page of the program or of a command
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The command, e.g. `stack up`; none: the program
    command: Vec<String>,
}

/// Prints the page.
pub(super) fn print(console: &Console, args: &Args) -> Result<u8, Failure> {
    let mut program = super::Cli::command().disable_help_subcommand(true);
    // Gives the subcommands their full names and the options of all.
    program.build();
    let mut text = Vec::new();
    clap_mangen::Man::new(find(&program, &args.command)?.clone())
        .source(format!("sloproof {}", env!("CARGO_PKG_VERSION")))
        .render(&mut text)
        .map_err(|error| Failure::internal(error.into()))?;
    console.print(&String::from_utf8_lossy(&text))?;
    Ok(crate::app::PASS)
}

fn find<'a>(program: &'a clap::Command, words: &[String]) -> Result<&'a clap::Command, Failure> {
    let mut command = program;
    for word in words {
        let shown = || command.get_subcommands().filter(|c| !c.is_hide_set());
        command = shown().find(|c| c.get_name() == word).ok_or_else(|| {
            let names: Vec<&str> = shown().map(clap::Command::get_name).collect();
            let within = command.get_bin_name().unwrap_or("sloproof");
            let remedy = match nearest(word, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("`{within} --help` lists all"),
            };
            Failure::usage(anyhow::anyhow!(
                "there is no command `{word}` in `{within}`; {remedy}"
            ))
        })?;
    }
    Ok(command)
}
