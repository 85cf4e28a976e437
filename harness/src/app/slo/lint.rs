//! `sloproof slo lint`.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::app::{Console, Failure, PASS};
use crate::gate::exit;
use crate::model::{Diagnostic, Source, nearest};
use crate::scenario::Mistakes;
pub use crate::slo::lint::Settings;
use crate::slo::lint::{AlertFile, Lint, SloFile, Subject, all, lint as run, unchecked};

/// What to lint.
#[derive(Debug, Clone)]
pub struct LintOptions {
    /// OpenSLO files and rule files.
    pub files: Vec<PathBuf>,
    /// Ids of lints to leave out.
    pub allow: Vec<String>,
    /// What is known about the servers.
    pub settings: Settings,
    /// Print JSON.
    pub json: bool,
}

/// Tells what is wrong with files that can be read; the exit code says whether anything is.
pub fn lint(console: &Console, options: &LintOptions) -> Result<u8, Failure> {
    for id in &options.allow {
        let known: Vec<&str> = all().iter().map(Lint::id).collect();
        if !known.contains(&id.as_str()) {
            let remedy = match nearest(id, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known: {}", known.join(", ")),
            };
            return Err(Failure::usage(anyhow::anyhow!(
                "there is no lint `{id}`; {remedy}"
            )));
        }
    }
    let sources = options.files.iter().map(|file| super::source(file));
    let sources = sources.collect::<Result<Vec<Source>, Failure>>()?;
    let mut found = Vec::new();
    let files = Files::read(sources, &mut found);
    if !found.is_empty() {
        console.mistakes(&Mistakes::of("", found));
        return Ok(exit::USAGE);
    }
    let findings = run(&files.subject(&options.settings), &options.allow);
    for (id, flag) in unchecked(&options.settings) {
        if !options.allow.iter().any(|allowed| allowed == id) {
            console.say(&format!("{id}: not checked without {flag}"));
        }
    }
    if options.json {
        console.print(&serde_json::to_string_pretty(&findings).context("cannot encode")?)?;
    } else {
        let told: Vec<Diagnostic> = findings.iter().map(|f| f.diagnostic.clone()).collect();
        console.warnings(&told);
        let some = |n: usize, noun: &str| format!("{n} {noun}{}", if n == 1 { "" } else { "s" });
        let files = some(options.files.len(), "file");
        console.say(&match findings.len() {
            0 => format!("nothing found in {files}"),
            n => format!("{} in {files}", some(n, "finding")),
        });
    }
    Ok(if findings.is_empty() {
        PASS
    } else {
        exit::FAIL
    })
}

/// Files by what they hold.
#[derive(Default)]
pub(in crate::app) struct Files {
    slos: Vec<SloFile>,
    rules: Vec<AlertFile>,
}

impl Files {
    /// Reads files of both kinds; mistakes go to `found`.
    pub(in crate::app) fn read(sources: Vec<Source>, found: &mut Vec<Diagnostic>) -> Self {
        let mut files = Self::default();
        for source in sources {
            if AlertFile::is_one(&source) {
                files.rules.push(AlertFile::read(source, found));
            } else {
                files.slos.push(SloFile::read(source, found));
            }
        }
        files
    }

    pub(in crate::app) fn subject<'a>(&'a self, settings: &'a Settings) -> Subject<'a> {
        Subject {
            slos: &self.slos,
            rules: &self.rules,
            settings,
        }
    }
}
