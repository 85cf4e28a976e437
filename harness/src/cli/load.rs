//! `sloproof load`.

use super::connect::Connect;
use super::quantity;
use crate::app::load::LoadOptions;

const EXAMPLES: &str = "Examples:
  sloproof load http://127.0.0.1:8080/ -r 1000 -d 30s   open loop: 1000/s
  sloproof load http://127.0.0.1:8080/ -c 64            closed loop: capacity
  sloproof load unix:/run/kv.sock:/v1/kv/a -r 100       a Unix socket
  sloproof load scenarios/10-healthy.yaml               a scenario's load only

With a rate, requests go out on time whatever the service does, and waiting
counts. Without one the service sets the pace, as with wrk: good for capacity,
useless for latency, and every output says so. Statuses 200 to 399 are good; a
scenario's routes say what they expect.

Exit codes:
    0  every request was answered as expected
    1  a request went wrong: unexpected status, time-out, broken, never sent
    2  wrong usage, bad input, or a service out of reach; nothing was sent
    3  invalid: the load was not delivered as planned, or too little of it
   70  internal error, or a disk that filled up
  130  interrupted; a partial report was written";

/// What a scenario says itself.
pub(super) const OF_A_URL: &str = "Load of a URL (a scenario says these itself)";

/// Send load and show what came back; no telemetry is asked, no objective judged
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A URL, `unix:SOCKET:PATH`, or a scenario file whose target is named
    target: String,
    /// Requests in flight at once, at most; in a closed loop, exactly
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    connections: Option<u32>,
    /// Requests per second; without it a closed loop
    #[arg(short, long, value_name = "N", value_parser = quantity::rate, help_heading = OF_A_URL)]
    rate: Option<f64>,
    /// How long; 10s if not said
    #[arg(short, long, value_name = "TIME", value_parser = quantity::duration, help_heading = OF_A_URL)]
    duration: Option<String>,
    /// Threads that send; by default as many as the rate asks for
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// An answer after this time counts as timed out; 5s if not said
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
    /// The version that is loaded, such as a commit; `compare` wants to know
    #[arg(long, value_name = "TEXT")]
    target_version: Option<String>,
    /// Send at random times (Poisson) rather than evenly
    #[arg(long, requires = "rate", help_heading = OF_A_URL)]
    poisson: bool,
    /// Fix what is random; 1, or the scenario's own, if not said
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    out: super::out::Out,
    /// Print report.json on standard output instead of the summary
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn options(self) -> LoadOptions {
        LoadOptions {
            target: self.target,
            connections: self.connections,
            duration: self.duration,
            rate: self.rate,
            threads: self.threads.map(usize::from),
            timeout: self.timeout,
            method: self.method,
            headers: self.header,
            body: self.body,
            connect: self.connect.plan(),
            target_version: self.target_version,
            poisson: self.poisson,
            seed: self.seed,
            out: self.out.out,
            json: self.json,
        }
    }
}
