//! Reads the settings and runs the process until a signal, or does what the subcommand says.

#![forbid(unsafe_code)]

use std::{io::BufWriter, process::ExitCode};

use anyhow::Context as _;
use clap::CommandFactory as _;
use prometheus_client::metrics::counter::Counter;
use target_service::{
    config::{Args, Command, Config},
    events::generate::{self, GenerateArgs, Outcome},
    http,
    process::{Log, Process},
    telemetry::LogSink,
};
use tokio::signal::unix::{Signal, SignalKind, signal};

const VERSION: &str = env!("CARGO_PKG_VERSION");

const FAILED: u8 = 1;
const BAD_CONFIGURATION: u8 = 2;

/// A second of lines at ten thousand requests a second, some 3 MB.
const LOG_QUEUE_LINES: usize = 10_000;

fn main() -> ExitCode {
    let args = Args::read(std::env::args_os());
    let done = match &args.command {
        Some(Command::GenerateEvents(events)) => generate_events(events),
        Some(Command::Completion { shell }) => {
            clap_complete::generate(
                *shell,
                &mut Args::command(),
                "target-service",
                &mut std::io::stdout(),
            );
            Ok(ExitCode::SUCCESS)
        }
        None => return serve(&args),
    };
    done.unwrap_or_else(|error| failed(&error))
}

fn serve(args: &Args) -> ExitCode {
    http::tell_panics_in_request_lines();
    let config = match Config::try_from(args) {
        Ok(config) => config,
        Err(mistakes) => {
            eprintln!("error: {mistakes}");
            return ExitCode::from(BAD_CONFIGURATION);
        }
    };
    match run(&config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::from(FAILED)
}

#[tokio::main]
async fn generate_events(args: &GenerateArgs) -> anyhow::Result<ExitCode> {
    let output = BufWriter::new(std::io::stdout().lock());
    Ok(match generate::run(args, output).await? {
        Outcome::Good => ExitCode::SUCCESS,
        Outcome::Bad => ExitCode::from(FAILED),
    })
}

#[tokio::main]
async fn run(config: &Config) -> anyhow::Result<()> {
    // First, so that a signal during the start is not lost.
    let stop = stop_signal()?;
    let log = log()?;
    log.process_logger(config, VERSION).adopt_libraries();
    let process = Process::open(config, VERSION, &log).await?;
    process.log_listening();
    process.run(stop).await?;
    Ok(())
}

fn log() -> anyhow::Result<Log> {
    let dropped = Counter::default();
    let sink = LogSink::start(std::io::stdout(), LOG_QUEUE_LINES, dropped.clone())
        .context("cannot start the log writer")?;
    Ok(Log { sink, dropped })
}

fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let listen =
        |kind| -> anyhow::Result<Signal> { signal(kind).context("cannot listen for signals") };
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
