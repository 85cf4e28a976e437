//! The strip: the way of the truth, hop by hop.

use serde::Serialize;

use crate::report::document::HopInfo;
use crate::report::format::counted;
use crate::report::story::mark;

/// One step of the strip.
#[derive(Debug, Serialize)]
pub(super) struct HopView {
    title: &'static str,
    status: String,
    mark: &'static str,
    origin: bool,
    follows: bool,
    findings: String,
    /// Where a click leads; none when the hop has no findings.
    anchor: Option<String>,
}

impl HopView {
    /// The view of one hop.
    pub(super) fn of(hop: &HopInfo) -> Self {
        let title = hop.hop.title();
        Self {
            title,
            status: hop.status.clone(),
            mark: mark(&hop.status),
            origin: hop.origin,
            follows: hop.follows,
            findings: counted(u64::from(hop.findings), "check"),
            anchor: (hop.findings > 0).then(|| anchor(title)),
        }
    }
}

/// The id of a hop's findings on the page.
pub(super) fn anchor(title: &str) -> String {
    format!("hop-{}", title.replace(' ', "-"))
}
