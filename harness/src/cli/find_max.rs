//! `sloproof find-max`.

use super::connect::Connect;
use super::load::OF_A_URL;
use super::quantity;
use crate::app::find_max::{FindMaxOptions, Settings};
use crate::app::load::LoadOptions;
use crate::model::Ratio;

const EXAMPLES: &str = "Examples:
  sloproof find-max http://127.0.0.1:8080/
  sloproof find-max http://127.0.0.1:8080/ -o 'p95 < 20ms' -o 'p99 < 50ms'
  sloproof find-max mine.yaml --errors 0.1% --start 500 --precision 2%

Each step is a short open-loop load. One that the generator could not deliver
is not valid: it is repeated, and never taken for a limit of the service.

Exit codes:
    0  found, or held up to --limit
    1  the objective does not hold at the lowest rate
    2  wrong usage, bad input, or a service that cannot be reached
    3  not measured: the generator is the limit, or no rate breaks each time
  130  interrupted; what was measured is kept";

/// Find the highest rate at which an objective holds
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A URL, `unix:SOCKET:PATH`, or a scenario file whose target is named; its routes are sent, not its phases
    target: String,
    /// What must hold of the response time, over all requests; may be given again
    #[arg(short, long, value_name = "TEXT", default_value = "p99 < 100ms")]
    objective: Vec<String>,
    /// Share of requests that may go wrong: unexpected status, time-out, broken, never sent
    #[arg(long, value_name = "SHARE", default_value = "1%")]
    errors: String,
    /// The lowest rate, tried first; doubled until the objective breaks
    #[arg(
        long,
        value_name = "N",
        default_value_t = 100.0,
        help_heading = "Search"
    )]
    start: f64,
    /// The highest rate that is tried
    #[arg(
        long,
        value_name = "N",
        default_value_t = 100_000.0,
        help_heading = "Search"
    )]
    limit: f64,
    /// How close the rate that holds and the one that does not must come
    #[arg(
        long,
        value_name = "SHARE",
        default_value = "5%",
        help_heading = "Search"
    )]
    precision: Ratio,
    /// How often both are tried again
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(..=100), help_heading = "Search")]
    repeats: u32,
    /// How often a step that is not valid is tried again
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(..=100), help_heading = "Search")]
    retries: u32,
    /// The measured part of a step; longer where the rate is too low for enough samples
    #[arg(
        short = 'd',
        long,
        value_name = "TIME",
        default_value = "5s",
        value_parser = quantity::duration,
        help_heading = "Search"
    )]
    step_duration: String,
    /// Load before the measured part
    #[arg(
        long,
        value_name = "TIME",
        default_value = "1s",
        value_parser = quantity::duration,
        help_heading = "Search"
    )]
    warm_up: String,
    /// Requests in flight and users who think at once, at most; by default twice what the objective needs at each rate
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    connections: Option<u32>,
    /// Threads that send; by default as many as the rate asks for
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// An answer after this time counts as timed out; by default 4 times the longest bound, 1s at least
    #[arg(long, value_name = "TIME", value_parser = quantity::duration, help_heading = OF_A_URL)]
    timeout: Option<String>,
    /// The method; GET if not said
    #[arg(short, long, help_heading = OF_A_URL)]
    method: Option<String>,
    /// A header, `name: value`; may be given again
    #[arg(short = 'H', long, value_name = "LINE", help_heading = OF_A_URL)]
    header: Vec<String>,
    /// The body
    #[arg(short, long, value_name = "TEXT", help_heading = OF_A_URL)]
    body: Option<String>,
    #[command(flatten)]
    connect: Connect,
    /// Send evenly rather than at random times (Poisson), as users come
    #[arg(long)]
    uniform: bool,
    /// Fix what is random; 1, or the scenario's own, if not said
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    out: super::out::Out,
    /// Print find-max.json on standard output instead of the summary
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn options(self) -> FindMaxOptions {
        FindMaxOptions {
            load: LoadOptions {
                target: self.target,
                connections: self.connections,
                duration: None,
                rate: None,
                threads: self.threads.map(usize::from),
                timeout: self.timeout,
                method: self.method,
                headers: self.header,
                body: self.body,
                connect: self.connect.plan(),
                target_version: None,
                poisson: false,
                seed: self.seed,
                out: self.out.out,
                json: self.json,
            },
            objectives: self.objective,
            errors: self.errors,
            poisson: !self.uniform,
            settings: Settings {
                start: self.start,
                limit: self.limit,
                precision: self.precision.0,
                repeats: self.repeats,
                retries: self.retries,
            },
            step: self.step_duration,
            warm_up: self.warm_up,
        }
    }
}
