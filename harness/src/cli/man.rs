//! `sloproof man`.

use clap::CommandFactory as _;

use crate::app::{Console, Failure};

const EXAMPLES: &str = "Examples:
  sloproof man > ~/.local/share/man/man1/sloproof.1
  sloproof man | man -l -
  sloproof man | groff -man -Tascii";

/// Print the manual page
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {}

/// Prints the page.
pub(super) fn print(console: &Console) -> Result<u8, Failure> {
    let mut text = Vec::new();
    clap_mangen::Man::new(super::Cli::command())
        .render(&mut text)
        .map_err(|error| Failure::internal(error.into()))?;
    console.print(&String::from_utf8_lossy(&text));
    Ok(crate::app::PASS)
}
