//! The program: arguments, one call, an exit code.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser as _;
use sloproof::{app, cli};

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match app::runtime() {
        Ok(runtime) => ExitCode::from(runtime.block_on(cli::run(cli))),
        Err(failure) => {
            eprintln!("sloproof: {failure}");
            ExitCode::from(failure.code())
        }
    }
}
