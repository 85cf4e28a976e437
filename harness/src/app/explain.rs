//! `sloproof explain`: the checks in words.

use super::{Console, Failure, PASS};
use crate::model::nearest;
use crate::verify::registry;

/// Prints one check's page, or the list of all.
pub fn explain(console: &Console, check: Option<&str>) -> Result<u8, Failure> {
    let Some(id) = check else {
        let lines: Vec<String> = registry::all()
            .iter()
            .map(|c| format!("{:26} {}", c.meta().id, c.meta().title))
            .collect();
        console.print(&lines.join("\n"))?;
        return Ok(PASS);
    };
    let Some(page) = registry::page(id) else {
        let known: Vec<&str> = registry::all().iter().map(|c| c.meta().id).collect();
        let remedy = match nearest(id, known) {
            Some(near) => format!("did you mean `{near}`? "),
            None => String::new(),
        };
        return Err(Failure::usage(anyhow::anyhow!(
            "there is no check `{id}`; {remedy}`sloproof explain` lists all"
        )));
    };
    console.print(page)?;
    Ok(PASS)
}
