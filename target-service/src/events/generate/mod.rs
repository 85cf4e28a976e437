//! `target-service generate-events`: the documented stream, printed or sent to a service.

mod args;
mod client;
mod replay;
mod report;

pub use args::{BaseUrl, GenerateArgs};
pub use report::Report;

use std::io::{self, Write};

use super::generator::EventStream;
use client::{Client, ClientError};

/// Events when neither their number nor that of the domains is given.
const DEFAULT_EVENTS: u64 = 10_000;

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All printed, or all sent, acknowledged and found in the store.
    Good,
    /// Sent, but some failed or the store does not agree.
    Bad,
}

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// Nobody takes the output.
    #[error("cannot write the output")]
    Output(#[from] io::Error),
    /// Without the sums nothing can be compared.
    #[error("cannot read {url}/stats; is an events service running there?")]
    Stats {
        /// The service.
        url: String,
        /// What went wrong.
        source: ClientError,
    },
}

/// Does what `args` ask for.
pub async fn run(args: &GenerateArgs, mut output: impl Write) -> Result<Outcome, GenerateError> {
    let domains = args.domains.unwrap_or(u64::MAX);
    let default = args.domains.map_or(DEFAULT_EVENTS, |_| u64::MAX);
    let events = EventStream::new(args.seed, domains);
    let mut events = events.take(args.events.unwrap_or(default) as usize);
    let Some(url) = &args.url else {
        print(&mut events, args.json, &mut output)?;
        return Ok(Outcome::Good);
    };
    let client = Client::new(url.clone());
    let stats = async || {
        let stats = client.stats().await;
        stats.map_err(|source| GenerateError::Stats {
            url: url.as_str().to_owned(),
            source,
        })
    };
    let before = stats().await?;
    let sent = replay::send_all(&client, events, args.concurrency).await;
    let report = Report::new(sent, before, stats().await?);
    if args.json {
        serde_json::to_writer(&mut output, &report).map_err(io::Error::from)?;
        writeln!(output)?;
    } else {
        writeln!(output, "{report}")?;
    }
    output.flush()?;
    Ok(report.outcome())
}

fn print(
    events: impl Iterator<Item = super::domain::Event>,
    json: bool,
    output: &mut impl Write,
) -> Result<(), io::Error> {
    let write_all = || {
        for event in events {
            let (domain, kind) = (event.domain.as_str(), event.kind);
            if json {
                // Neither has a character to escape.
                writeln!(output, r#"{{"domain":"{domain}","type":"{kind}"}}"#)?;
            } else {
                writeln!(output, "{kind} {domain}")?;
            }
        }
        output.flush()
    };
    match write_all() {
        // Whoever reads has enough, such as `head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
