//! `sloproof schema`.

use anyhow::Context as _;

use super::{Console, Failure, PASS};

/// Prints the JSON Schema of scenario files.
pub fn schema(console: &Console) -> Result<u8, Failure> {
    let text = serde_json::to_string_pretty(&crate::scenario::schema())
        .context("cannot encode the schema")?;
    console.print(&text)?;
    Ok(PASS)
}
