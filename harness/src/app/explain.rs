//! `sloproof explain`: the checks and lints in words.

use super::{Console, Failure, PASS};
use crate::model::nearest;
use crate::slo::lint;
use crate::verify::registry;

/// Prints the page of one check or lint, or the list of all.
pub fn explain(console: &Console, check: Option<&str>) -> Result<u8, Failure> {
    let Some(id) = check else {
        let checks = registry::all();
        let checks = checks.iter().map(|c| (c.meta().id, c.meta().title));
        let lints = lint::all();
        let lints = lints.iter().map(|l| (l.id(), l.title()));
        console.print(&format!("{}\n\n{}", list(checks), list(lints)))?;
        return Ok(PASS);
    };
    let Some(page) = registry::page(id).or_else(|| lint::page(id)) else {
        let checks = registry::all();
        let mut known: Vec<&str> = checks.iter().map(|c| c.meta().id).collect();
        known.extend(lint::all().iter().map(lint::Lint::id));
        let remedy = match nearest(id, known) {
            Some(near) => format!("did you mean `{near}`? "),
            None => String::new(),
        };
        return Err(Failure::usage(anyhow::anyhow!(
            "there is no check or lint `{id}`; {remedy}`sloproof explain` lists all"
        )));
    };
    console.print(page)?;
    Ok(PASS)
}

fn list<'a>(pages: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let lines: Vec<String> = pages
        .map(|(id, title)| format!("{id:29} {title}"))
        .collect();
    lines.join("\n")
}
