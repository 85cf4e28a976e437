//! `sloproof find-max`: the highest rate at which an objective holds.

mod plan;
mod ports;
mod step;

use anyhow::Context as _;

use super::interrupt::Interrupt;
use super::load::LoadOptions;
use super::load::plan::PlanError;
use super::run_dir::RunDir;
use super::{Console, Failure, now, probe};
pub use crate::capacity::Settings;
use crate::capacity::{Answer, Conclusion, Next, Trial, next};
use crate::gate::exit;
use crate::model::Timestamp;
use crate::report::capacity::{
    CAPACITY_SCHEMA_VERSION, CapacityDocument, SearchInfo, StepInfo, headline, page, picture,
    step_line, summary,
};
use plan::Search;

/// What to search.
#[derive(Debug, Clone)]
pub struct FindMaxOptions {
    /// What to send, and where; its rate and duration are the search's to choose.
    pub load: LoadOptions,
    /// `p99 < 50ms`, one or more.
    pub objectives: Vec<String>,
    /// Share of bad outcomes that is allowed, such as `1%`.
    pub errors: String,
    /// Random arrivals.
    pub poisson: bool,
    /// The lowest rate, the highest, and how closely to search between them.
    pub settings: Settings,
    /// The measured part of a step.
    pub step: String,
    /// What goes before it.
    pub warm_up: String,
}

/// Searches and returns the exit code that follows from the answer.
pub async fn find_max(console: &Console, options: &FindMaxOptions) -> Result<u8, Failure> {
    let search = match plan::search(options) {
        Ok(search) => search,
        Err(plan::SearchError::Load(PlanError::Mistakes(mistakes))) => {
            console.mistakes(&mistakes);
            return Ok(exit::USAGE);
        }
        Err(error) => return Err(Failure::usage(error)),
    };
    probe::reachable(&search.url, &search.plan.target.connect).await?;
    let id = super::run::run_id(&search.plan).replacen("load", "find-max", 1);
    let dir = RunDir::create(&options.load.out, &id).map_err(Failure::usage)?;
    // What was collected is in the steps; empty, and made for every run.
    let _ = std::fs::remove_dir(dir.path().join("evidence"));
    let interrupt = Interrupt::listen(console).context("cannot listen for Ctrl-C")?;
    let mut log = Log {
        search: &search,
        dir: &dir,
        started: now(),
        steps: Vec::new(),
        trials: Vec::new(),
    };
    let ended = tokio::select! {
        ended = steps(console, &mut log, &interrupt) => ended,
        () = interrupt.abandon() => Ok(()),
    };
    if log.steps.is_empty() {
        let _ = std::fs::remove_dir_all(dir.path());
        return ended.and(Err(Failure::interrupted()));
    }
    // What was measured is told and kept, whatever ended the search.
    let document = log.document(interrupt.is_set() || ended.is_err());
    let text = if options.load.json {
        let json = serde_json::to_string_pretty(&document).context("cannot encode the result")?;
        format!("{json}\n")
    } else {
        summary(&document, console.style())
    };
    let shown = console.print(&text);
    log.write(&document)?;
    let html = page(&document).context("cannot render the page")?;
    let svg = picture(&document).context("cannot draw the picture")?;
    for (name, text) in [("find-max.html", html), ("find-max.svg", svg)] {
        dir.write(name, text.as_bytes())
            .map_err(|e| Failure::internal(e.into()))?;
    }
    console.say(&format!(
        "report: {}",
        dir.path().join("find-max.html").display()
    ));
    ended?;
    shown.map_err(Failure::after_load)?;
    Ok(document.exit_code)
}

/// One step after the other, until nothing more would be learned.
async fn steps(console: &Console, log: &mut Log<'_>, interrupt: &Interrupt) -> Result<(), Failure> {
    console.say(&log.search.headline());
    while let Next::Try { rate, purpose } = next(&log.search.settings, &log.trials) {
        let number = log.steps.len() as u32 + 1;
        let made = step::step(console, log.search, log.dir, number, rate, interrupt).await?;
        if interrupt.is_set() {
            // A step that was cut short proves nothing, and is not kept.
            return Ok(());
        }
        let info = made.info(number, rate, purpose);
        console.say(&step_line(&info));
        log.trials.push(Trial {
            rate,
            purpose,
            judged: info.judged,
        });
        let rest = log.search.rest(info.judged);
        log.steps.push(info);
        log.write(&log.document(false))?;
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            () = interrupt.first() => return Ok(()),
        }
    }
    Ok(())
}

/// What is known so far.
struct Log<'a> {
    search: &'a Search,
    dir: &'a RunDir,
    started: Timestamp,
    steps: Vec<StepInfo>,
    trials: Vec<Trial>,
}

impl Log<'_> {
    fn write(&self, document: &CapacityDocument) -> Result<(), Failure> {
        self.dir
            .write_json("find-max.json", document)
            .map_err(|e| Failure::internal(e.into()))
    }

    fn document(&self, interrupted: bool) -> CapacityDocument {
        let search = self.search;
        let answer = Answer::of(&search.settings, &self.trials, interrupted);
        let mut document = CapacityDocument {
            schema_version: CAPACITY_SCHEMA_VERSION,
            run_id: self.dir.id(),
            sloproof_version: env!("CARGO_PKG_VERSION").to_owned(),
            command: search.command.clone(),
            target: search.target.clone(),
            started: self.started,
            objective: search.objective.clone(),
            search: SearchInfo {
                settings: search.settings,
                warm_up: search.warm_up,
                step: search.step,
                arrivals: search.arrivals().to_owned(),
                most_steps: search.settings.most_steps(),
            },
            exit_code: exit_code(answer.conclusion),
            answer,
            sentence: String::new(),
            notes: vec![],
            steps: self.steps.clone(),
        };
        (document.sentence, document.notes) = headline(&document);
        document
    }
}

fn exit_code(conclusion: Conclusion) -> u8 {
    match conclusion {
        Conclusion::Found | Conclusion::AtLeastLimit => exit::PASS,
        Conclusion::NotHeld => exit::FAIL,
        Conclusion::FoundWide
        | Conclusion::AtLeastGenerator
        | Conclusion::Unsteady
        | Conclusion::NotMeasured => exit::INVALID,
        Conclusion::Interrupted => exit::INTERRUPTED,
    }
}
