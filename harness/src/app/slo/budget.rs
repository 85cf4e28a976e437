//! `sloproof slo budget`: what is left, with the counts behind it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::words::table;
use crate::app::judgement::Record;
use crate::app::run_dir::RunDir;
use crate::app::{Console, Failure, PASS, now};
use crate::gate::exit;
use crate::ledger::Cell;
use crate::model::{
    Answer, Millis, Moment, Question, Reading, Source as Text, Timeline, Timestamp,
};
use crate::report::format;
use crate::scenario::Mistakes;
pub use crate::slo::budget::Calendar;
use crate::slo::budget::policy::{self, PolicyRule};
use crate::slo::budget::{Action, Budget, Events, Policy, Span};
use crate::slo::{Slo, compile};
use crate::telemetry::{PrometheusSource, Source as _};
use crate::verify::budget::for_the_user;

/// What to count.
#[derive(Debug, Clone)]
pub struct BudgetOptions {
    /// OpenSLO files, of one service or of several.
    pub files: Vec<PathBuf>,
    /// Who knows the events.
    pub from: From,
    /// The span.
    pub window: Window,
    /// A budget policy.
    pub policy: Option<PathBuf>,
    /// Print JSON.
    pub json: bool,
}

/// Who knows the events.
#[derive(Debug, Clone)]
pub enum From {
    /// A Prometheus, at this moment or now.
    Prometheus {
        /// Base URL.
        url: String,
        /// When.
        at: Option<Timestamp>,
    },
    /// The ledger of a run, over its measured phases.
    Run(PathBuf),
}

/// Over which span.
#[derive(Debug, Clone)]
pub enum Window {
    /// Each objective's own period, until now.
    Period,
    /// So long until now.
    Rolling(Millis),
    /// Since the calendar's last turn, in a time zone.
    Calendar(Calendar, String),
}

/// One objective's budget.
#[derive(Debug, Clone, Serialize)]
struct Row {
    slo: String,
    service: Option<String>,
    target: f64,
    /// What the counts are of, in words.
    over: String,
    /// `None`: nothing is known, for the reason beside it.
    budget: Option<Budget>,
    unknown: Option<String>,
    policy: Option<PolicyRule>,
}

/// Tells the budget of every objective; exit code 1 when the policy freezes one, 3 when one is not known.
pub async fn budget(console: &Console, options: &BudgetOptions) -> Result<u8, Failure> {
    let mut slos = Vec::new();
    for file in &options.files {
        let Some(read) = super::slos(console, file)? else {
            return Ok(exit::USAGE);
        };
        slos.extend(read);
    }
    let policy = match &options.policy {
        None => Policy::default(),
        Some(file) => match read_policy(console, file)? {
            Some(policy) => policy,
            None => return Ok(exit::USAGE),
        },
    };
    let mut rows = match &options.from {
        From::Prometheus { url, at } => from_prometheus(&slos, url, *at, &options.window).await?,
        From::Run(run) => from_run(&slos, run)?,
    };
    for row in &mut rows {
        let left = row.budget.map(|budget| budget.remaining);
        row.policy = left.and_then(|left| policy.applies(left).cloned());
    }
    if options.json {
        console.print(&serde_json::to_string_pretty(&rows).context("cannot encode")?)?;
    } else {
        console.print(&text(&rows))?;
    }
    let frozen = |row: &Row| {
        row.policy
            .as_ref()
            .is_some_and(|rule| rule.action == Action::Freeze)
    };
    Ok(if rows.iter().any(frozen) {
        exit::FAIL
    } else if rows.iter().any(|row| row.budget.is_none()) {
        exit::INVALID
    } else {
        PASS
    })
}

fn read_policy(console: &Console, file: &Path) -> Result<Option<Policy>, Failure> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read {}", file.display()))
        .map_err(Failure::usage)?;
    let source = Text {
        file: file.display().to_string(),
        text,
    };
    let mut found = Vec::new();
    let policy = policy::read(&source, &mut found);
    if found.is_empty() {
        return Ok(Some(policy));
    }
    console.mistakes(&Mistakes::of(&source.file, found));
    Ok(None)
}

fn row(slo: &Slo, over: String, events: Result<Events, String>) -> Row {
    let objective = &slo.objective;
    Row {
        slo: objective.name.clone(),
        service: slo.service.clone(),
        target: objective.target,
        over,
        budget: events
            .as_ref()
            .ok()
            .map(|events| Budget::of(*events, objective.budget())),
        unknown: events.err(),
        policy: None,
    }
}

/// The span of an objective, and how it is told.
fn spanned(slo: &Slo, window: &Window, at: Timestamp) -> Result<(Span, String), Failure> {
    let (length, told) = match window {
        Window::Period => (slo.objective.period, slo.objective.period.to_promql()),
        Window::Rolling(length) => (*length, length.to_promql()),
        Window::Calendar(calendar, zone) => {
            let zone = TimeZone::get(zone)
                .with_context(|| {
                    format!("no time zone `{zone}`; names are such as UTC or Europe/Berlin")
                })
                .map_err(Failure::usage)?;
            let span = calendar
                .span(at, &zone)
                .context("a moment beyond the calendar")
                .map_err(Failure::usage)?;
            return Ok((span, format!("since {}", format::moment(span.from))));
        }
    };
    Ok((Span::rolling(length, at), told))
}

async fn from_prometheus(
    slos: &[Slo],
    url: &str,
    at: Option<Timestamp>,
    window: &Window,
) -> Result<Vec<Row>, Failure> {
    let at = at.unwrap_or_else(now);
    let source = PrometheusSource::new(url).map_err(Failure::usage)?;
    let mut rows = Vec::new();
    for slo in slos {
        let (span, told) = spanned(slo, window, at)?;
        // PromQL has no window of nothing; right at the turn of the calendar there are no events yet.
        let events = if span.length() < Millis(1) {
            Ok(Events::default())
        } else {
            let queries = compile::counts(slo, span.length()).map_err(Failure::usage)?;
            match value(&source, queries.total, at).await {
                Err(why) => Err(why),
                Ok(total) => value(&source, queries.bad, at)
                    .await
                    .map(|bad| Events { bad, total }),
            }
        };
        rows.push(row(slo, told, events));
    }
    Ok(rows)
}

/// One number, or why there is none.
async fn value(source: &PrometheusSource, query: String, at: Timestamp) -> Result<f64, String> {
    let question = Question::PromInstant {
        query,
        at: Moment::Settled,
    };
    let timeline = Timeline {
        baseline: at,
        load_start: at,
        load_end: at,
        settled: at,
        phases: Vec::new(),
        unsettled: Vec::new(),
        interrupted: false,
    };
    match source.ask(&question, &timeline).await.answer {
        Answer::Value(Reading::Series(series)) => match &series[..] {
            [one] => one.last().ok_or_else(|| "the query gives NaN".to_owned()),
            [] => Err("no series".to_owned()),
            many => Err(format!("{} series instead of one sum", many.len())),
        },
        Answer::Value(_) => Err("an answer of another kind".to_owned()),
        Answer::Empty => Err("no series".to_owned()),
        Answer::Rejected { error } => Err(format!("refused: {error}")),
        Answer::Unavailable { error } => Err(format!("no answer: {error}")),
    }
}

fn from_run(slos: &[Slo], run: &Path) -> Result<Vec<Row>, Failure> {
    let record = Record::read(&RunDir::open(run)).map_err(Failure::usage)?;
    let rows = slos.iter().map(|slo| {
        let planned = record
            .plan
            .slos
            .iter()
            .find(|planned| planned.objective.name == slo.objective.name);
        let events = planned.map(|planned| {
            let cells: Vec<&Cell> = record
                .ledger
                .measured()
                .filter(|cell| planned.judges(&cell.route))
                .collect();
            let events = for_the_user(&record.plan, planned, &cells);
            Events {
                bad: events.bad_most as f64,
                total: events.total as f64,
            }
        });
        let events = events.ok_or_else(|| "the run does not judge this objective".to_owned());
        row(slo, "the run".to_owned(), events)
    });
    Ok(rows.collect())
}

fn text(rows: &[Row]) -> String {
    let count = |events: f64| format::count(events.round().max(0.0) as u64);
    let cells = rows.iter().map(|row| {
        let mut cells = vec![
            row.slo.clone(),
            row.service.clone().unwrap_or_else(|| "-".to_owned()),
            format::target(row.target),
            row.over.clone(),
        ];
        match &row.budget {
            Some(budget) => cells.extend([
                count(budget.events.good()),
                count(budget.events.bad),
                count(budget.events.total),
                count(budget.allowed),
                format::share(budget.remaining),
            ]),
            None => cells.extend(["?", "?", "?", "?", "unknown"].map(str::to_owned)),
        }
        cells.push(match &row.policy {
            Some(rule) if rule.action == Action::Freeze => "freeze".to_owned(),
            Some(_) => "review".to_owned(),
            None => "-".to_owned(),
        });
        cells
    });
    let head = [
        "objective",
        "service",
        "target",
        "over",
        "good",
        "bad",
        "total",
        "may be bad",
        "left",
        "policy",
    ];
    let mut out = table(&head, cells.collect());
    for row in rows {
        if let Some(why) = &row.unknown {
            let _ = write!(out, "\n  {}: unknown, {why}", row.slo);
        }
        if let Some(rule) = &row.policy {
            let _ = write!(
                out,
                "\n  {}: less than {} left: {}",
                row.slo,
                format::share(rule.below),
                rule.says
            );
        }
    }
    out
}
