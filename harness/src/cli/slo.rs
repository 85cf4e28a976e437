//! `sloproof slo`.

mod lint;
mod translate;

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use crate::app::slo::budget::{self, BudgetOptions, Calendar, From as BudgetFrom, Window};
use crate::app::slo::compile::{self, CompileOptions, Options};
use crate::app::slo::explain::{self, ExplainOptions};
use crate::app::slo::simulate::{self, Shape, SimulateOptions};
use crate::app::slo::style::{self, Style, StyleOptions};
use crate::app::{Console, Failure};
use crate::model::{Millis, Timestamp};

const EXAMPLES: &str = "Examples:
  sloproof slo explain slo/kv.yaml             what each objective allows
  sloproof slo compile slo/kv.yaml             Prometheus rules
  sloproof slo simulate slo/kv.yaml --errors 15% --for 10m
  sloproof slo simulate slo/kv.yaml --run runs/ID
  sloproof slo budget slo/kv.yaml --prometheus http://localhost:9090";

const EXPLAIN_EXAMPLES: &str = "Examples:
  sloproof slo explain slo/kv.yaml             minutes of outage, alerts
  sloproof slo explain slo/kv.yaml --rate 200  requests that may fail
  sloproof slo explain slo/kv.yaml --slo kv-latency --json";

const COMPILE_EXAMPLES: &str = "Examples:
  sloproof slo compile slo/kv.yaml --output alerts/kv.yaml
  sloproof slo compile slo/kv.yaml --output alerts/kv.yaml --check
  sloproof slo compile slo/kv.yaml --document SLO.md \\
      --dashboard dashboards/kv.json
  sloproof slo compile slo/kv.yaml --time-scale 60 --scrape 500ms";

const BUDGET_EXAMPLES: &str = "Examples:
  sloproof slo budget slo/kv.yaml --prometheus http://localhost:9090
  sloproof slo budget slo/*.yaml --prometheus http://localhost:9090 \\
      --calendar month --time-zone Europe/Berlin --policy slo/policy.yaml
  sloproof slo budget slo/kv.yaml --run runs/ID

Exit codes: 0 all is well, 1 the policy freezes a budget, 3 one is unknown.";

const SIMULATE_EXAMPLES: &str = "Examples:
  sloproof slo simulate slo/kv.yaml --errors 15% --for 10m
  sloproof slo simulate slo/kv.yaml --shape pulses --every 30m --for 6h
  sloproof slo simulate slo/kv.yaml --run runs/ID --time-scale 60 \\
      --scrape 500ms --interval 500ms --plot burn.svg";

/// Say what objectives allow, and what their alerts must do
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Explain(ExplainArgs),
    Compile(CompileArgs),
    Simulate(SimulateArgs),
    Budget(BudgetArgs),
    Import(translate::ImportArgs),
    Export(translate::ExportArgs),
    Lint(lint::Args),
}

/// Say in plain words what an SLO allows, and what pages after how long
#[derive(Debug, clap::Args)]
#[command(after_help = EXPLAIN_EXAMPLES)]
struct ExplainArgs {
    /// An OpenSLO v1 file
    file: PathBuf,
    /// Only this SLO of it
    #[arg(long, value_name = "NAME")]
    slo: Option<String>,
    /// Other alerts than the SRE workbook's, from a file
    #[arg(long, value_name = "FILE")]
    tiers: Option<PathBuf>,
    /// Requests per second, to count those that may fail
    #[arg(long, value_name = "N", value_parser = rate)]
    rate: Option<f64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Compile SLOs into Prometheus recording rules and burn-rate alerts
#[derive(Debug, clap::Args)]
#[command(after_help = COMPILE_EXAMPLES)]
struct CompileArgs {
    /// An OpenSLO v1 file
    file: PathBuf,
    /// Write the rules here instead of to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the rules of SLOs that count log lines here, for Loki's ruler
    #[arg(long, value_name = "FILE")]
    loki: Option<PathBuf>,
    /// Fill the places of this document that are marked `compiled`
    #[arg(long = "document", value_name = "FILE")]
    documents: Vec<PathBuf>,
    /// Fill the panels of this dashboard that ask for it
    #[arg(long = "dashboard", value_name = "FILE")]
    dashboards: Vec<PathBuf>,
    /// Write nothing; exit with 1 if an output is out of date
    #[arg(long)]
    check: bool,
    /// Other alerts than the SRE workbook's, from a file
    #[arg(long, value_name = "FILE")]
    tiers: Option<PathBuf>,
    /// Write the rules that Sloth or Pyrra would make of the same objectives
    #[arg(long, value_enum, conflicts_with_all = ["check", "time_scale", "scrape", "interval", "min_events", "absent", "runbooks"])]
    style: Option<translate::FormatName>,
    /// Divide every window, period and interval by this
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    time_scale: u32,
    /// Scrape interval; the shortest window must hold five of it
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = length)]
    scrape: Millis,
    /// Evaluation interval of the rules, divided by the time scale
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = length)]
    interval: Millis,
    /// Keep alerts quiet with fewer events than this in the long window
    #[arg(long, value_name = "N")]
    min_events: Option<u64>,
    /// Add an alert for missing series, so that no data is never silent
    #[arg(long)]
    absent: bool,
    /// Where runbooks are; the alert's name and .md are appended
    #[arg(long, value_name = "URL")]
    runbooks: Option<String>,
}

/// Tell when each alert goes pending, fires and resets, without running it
#[derive(Debug, clap::Args)]
#[command(after_help = SIMULATE_EXAMPLES)]
struct SimulateArgs {
    /// An OpenSLO v1 file
    file: PathBuf,
    /// Only this SLO of it
    #[arg(long, value_name = "NAME")]
    slo: Option<String>,
    /// Other alerts than the SRE workbook's, from a file
    #[arg(long, value_name = "FILE")]
    tiers: Option<PathBuf>,
    /// What happens to the requests
    #[arg(long, value_enum, default_value = "step")]
    shape: ShapeName,
    /// Share of requests that fail meanwhile: 15% or 0.15
    #[arg(long, value_name = "RATIO", default_value = "15%", value_parser = ratio)]
    errors: f64,
    /// How long it goes on
    #[arg(long = "for", value_name = "TIME", default_value = "10m", value_parser = length)]
    lasts: Millis,
    /// From one pulse to the next; a pulse lasts a tenth of it
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = length)]
    every: Millis,
    /// A run's bad outcomes, second by second, instead of a shape
    #[arg(long, value_name = "DIR", conflicts_with_all = ["shape", "errors", "lasts", "rate", "history"])]
    run: Option<PathBuf>,
    /// Requests per second
    #[arg(long, value_name = "N", default_value = "100", value_parser = rate)]
    rate: f64,
    /// Healthy traffic seen before; the longest window unless set
    #[arg(long, value_name = "TIME", value_parser = length_or_zero)]
    history: Option<Millis>,
    /// Scrape interval
    #[arg(long, value_name = "TIME", default_value = "15s", value_parser = length)]
    scrape: Millis,
    /// Evaluation interval of the rule group
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = length)]
    interval: Millis,
    /// Divide every window and the period by this
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    time_scale: u32,
    /// Write a picture, an SVG file
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Tell what is left of error budgets, counted in events
#[derive(Debug, clap::Args)]
#[command(after_help = BUDGET_EXAMPLES)]
#[command(group = clap::ArgGroup::new("from").required(true).args(["prometheus", "run"]))]
struct BudgetArgs {
    /// OpenSLO v1 files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Count in this Prometheus
    #[arg(long, value_name = "URL")]
    prometheus: Option<String>,
    /// Count in the ledger of this run, over its measured phases
    #[arg(long, value_name = "DIR", conflicts_with_all = ["window", "calendar", "time_zone", "at"])]
    run: Option<PathBuf>,
    /// Over so long until now, instead of each objective's period
    #[arg(long, value_name = "TIME", value_parser = length, conflicts_with = "calendar")]
    window: Option<Millis>,
    /// Since the calendar's last turn
    #[arg(long, value_enum)]
    calendar: Option<CalendarName>,
    /// Whose clocks the calendar is by
    #[arg(
        long,
        value_name = "ZONE",
        default_value = "UTC",
        requires = "calendar"
    )]
    time_zone: String,
    /// At this moment instead of now: 2026-11-21T08:00:00Z
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    at: Option<Timestamp>,
    /// What is done when how much is left, from a file
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CalendarName {
    Week,
    Month,
    Quarter,
    Year,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ShapeName {
    Step,
    Ramp,
    Pulses,
}

pub(super) async fn run(console: &Console, args: Args) -> Result<u8, Failure> {
    match args.command {
        Command::Explain(args) => explain::explain(console, &args.options()),
        Command::Compile(args) => match args.style {
            None => compile::compile(console, &args.options()),
            Some(name) => style::compile(
                console,
                &StyleOptions {
                    file: args.file,
                    style: Style::from(name),
                    output: args.output,
                },
            ),
        },
        Command::Simulate(args) => simulate::simulate(console, &args.options()),
        Command::Budget(args) => budget::budget(console, &args.options()).await,
        Command::Import(args) => translate::import(console, args),
        Command::Export(args) => translate::export(console, args),
        Command::Lint(args) => lint::run(console, args),
    }
}

impl ExplainArgs {
    fn options(self) -> ExplainOptions {
        ExplainOptions {
            file: self.file,
            slo: self.slo,
            tiers: self.tiers,
            rate: self.rate,
            json: self.json,
        }
    }
}

impl CompileArgs {
    fn options(self) -> CompileOptions {
        CompileOptions {
            file: self.file,
            tiers: self.tiers,
            rules: self.output,
            loki: self.loki,
            documents: self.documents,
            dashboards: self.dashboards,
            check: self.check,
            options: Options {
                time_scale: self.time_scale,
                scrape: self.scrape,
                interval: self.interval,
                min_events: self.min_events,
                absent: self.absent,
                runbooks: self.runbooks,
                ..Options::default()
            },
        }
    }
}

impl SimulateArgs {
    fn options(self) -> SimulateOptions {
        let shape = match (self.run, self.shape) {
            (Some(run), _) => Shape::Ledger(run),
            (None, ShapeName::Step) => Shape::Step,
            (None, ShapeName::Ramp) => Shape::Ramp,
            (None, ShapeName::Pulses) => Shape::Pulses { every: self.every },
        };
        SimulateOptions {
            file: self.file,
            slo: self.slo,
            tiers: self.tiers,
            shape,
            errors: self.errors,
            lasts: self.lasts,
            rate: self.rate,
            history: self.history,
            scrape: self.scrape,
            interval: self.interval,
            time_scale: self.time_scale,
            json: self.json,
            plot: self.plot,
        }
    }
}

impl BudgetArgs {
    fn options(self) -> BudgetOptions {
        BudgetOptions {
            files: self.files,
            from: match (self.run, self.prometheus) {
                (Some(run), _) => BudgetFrom::Run(run),
                (None, url) => BudgetFrom::Prometheus {
                    url: url.unwrap_or_default(),
                    at: self.at,
                },
            },
            window: match (self.window, self.calendar) {
                (Some(length), _) => Window::Rolling(length),
                (None, None) => Window::Period,
                (None, Some(name)) => {
                    let calendar = match name {
                        CalendarName::Week => Calendar::Week,
                        CalendarName::Month => Calendar::Month,
                        CalendarName::Quarter => Calendar::Quarter,
                        CalendarName::Year => Calendar::Year,
                    };
                    Window::Calendar(calendar, self.time_zone)
                }
            },
            policy: self.policy,
            json: self.json,
        }
    }
}

fn moment(text: &str) -> Result<Timestamp, String> {
    let parsed = text.parse::<jiff::Timestamp>();
    let moment = parsed.map_err(|_| "a moment such as 2026-11-21T08:00:00Z".to_owned())?;
    Ok(Timestamp(moment.as_millisecond()))
}

/// `15%` or `0.15`, above 0 and at most everything.
fn ratio(text: &str) -> Result<f64, String> {
    let parsed = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().map(|percent| percent / 100.0),
        None => text.parse::<f64>(),
    };
    let checked = parsed.ok().filter(|ratio| *ratio > 0.0 && *ratio <= 1.0);
    checked.ok_or_else(|| "a share above 0 and at most 1, such as 15% or 0.15".to_owned())
}

fn rate(text: &str) -> Result<f64, String> {
    let checked = text
        .parse::<f64>()
        .ok()
        .filter(|rate| *rate > 0.0 && *rate <= 1e9);
    checked.ok_or_else(|| "a number of requests per second above 0, such as 200".to_owned())
}

/// Longer than a year of seconds is more than a simulation can hold.
fn length_or_zero(text: &str) -> Result<Millis, String> {
    let longest = Millis(366 * 86_400_000);
    let checked = Millis::from_promql(text).filter(|length| *length <= longest);
    checked.ok_or_else(|| "a length of at most 366d, such as 30s, 10m or 1h30m".to_owned())
}

fn length(text: &str) -> Result<Millis, String> {
    let length = length_or_zero(text)?;
    if length.0 == 0 {
        return Err("a length above 0, such as 30s".to_owned());
    }
    Ok(length)
}
