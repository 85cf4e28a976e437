//! From the files of a run directory to a report: the one way that `run` and `verify` share.

use anyhow::Context as _;

use super::document;
use super::manifest::{MANIFEST_SCHEMA_VERSION, Manifest};
use super::run_dir::{RunDir, RunDirError};
use crate::gate;
use crate::ledger::Ledger;
use crate::ledger::book::LEDGER_SCHEMA_VERSION;
use crate::model::{Evidence, EvidenceSet};
use crate::report::{self, Document, Format, Style};
use crate::scenario::Plan;
use crate::scenario::plan::PLAN_SCHEMA_VERSION;
use crate::verify::{self, Case};

/// Everything a run left behind.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) plan: Plan,
    pub(super) ledger: Ledger,
    pub(super) evidence: EvidenceSet,
    pub(super) manifest: Manifest,
}

impl Record {
    /// Reads a run directory.
    pub(super) fn read(dir: &RunDir) -> Result<Self, RunDirError> {
        // First what only a finished run has: a directory that is none is told by it.
        let manifest = dir.read_json("manifest.json", MANIFEST_SCHEMA_VERSION)?;
        let evidence = dir
            .evidence_files()?
            .iter()
            .map(|name| dir.read_json::<Evidence>(name, u32::MAX))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            plan: dir.read_json("plan.json", PLAN_SCHEMA_VERSION)?,
            ledger: dir.read_json("ledger.json", LEDGER_SCHEMA_VERSION)?,
            manifest,
            evidence: EvidenceSet::new(evidence),
        })
    }

    /// Judges it. Pure: the same record gives the same document.
    pub(super) fn judge(&self) -> Document {
        let case = Case {
            plan: &self.plan,
            ledger: &self.ledger,
            evidence: &self.evidence,
            timeline: &self.manifest.timeline,
        };
        let verdict = gate::decide(verify::judge(&case));
        document::compose(&case, &self.manifest, verdict)
    }
}

/// Writes every report file of a document.
pub(super) fn write_reports(dir: &RunDir, document: &Document) -> anyhow::Result<()> {
    let plain = Style {
        colour: false,
        width: 110,
    };
    for format in [Format::Json, Format::Html, Format::Junit, Format::Markdown] {
        if let Some(name) = format.file_name() {
            let text = report::render(document, format, plain)
                .with_context(|| format!("cannot render {name}"))?;
            dir.write(name, text.as_bytes())?;
        }
    }
    Ok(())
}
