//! `sloproof completions`.

use clap::CommandFactory as _;

use crate::app::{Console, Failure};

const EXAMPLES: &str = "Examples:
  sloproof completions bash > ~/.local/share/bash-completion/completions/sloproof
  sloproof completions zsh  > ~/.zfunc/_sloproof
  sloproof completions fish > ~/.config/fish/completions/sloproof.fish";

/// Print shell completions
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// For which shell
    shell: clap_complete::Shell,
}

/// Prints the completions.
pub(super) fn print(console: &Console, args: &Args) -> Result<u8, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut super::Cli::command(),
        "sloproof",
        &mut text,
    );
    console.print(&String::from_utf8_lossy(&text))?;
    Ok(crate::app::PASS)
}
