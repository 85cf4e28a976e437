//! Faults from the start on, as a file of what `PUT /faults` takes.

use super::Mistakes;
use crate::{
    endpoint::Catalogue,
    faults::{FaultSpec, Faults},
};

const SETTING: &str = "--faults (FAULTS_FILE)";

/// Reads and checks the file at `path` for the profile that has `catalogue`; each mistake names the file.
/// Without a catalogue, when that profile has mistakes of its own, only the shape is checked.
pub(super) fn read(
    path: &str,
    catalogue: Option<Catalogue>,
    mistakes: &mut Mistakes,
) -> Option<FaultSpec> {
    let text = std::fs::read_to_string(path);
    let text =
        mistakes.note(text.map_err(|error| format!("{SETTING}: cannot read `{path}`: {error}")))?;
    let spec: Result<FaultSpec, _> = serde_json::from_str(&text);
    let spec = mistakes.note(spec.map_err(|error| format!("{SETTING}: {path}: {error}")))?;
    match Faults::check(catalogue?, spec.clone()) {
        Ok(()) => Some(spec),
        Err(found) => {
            for mistake in found.0 {
                mistakes.push(format!("{SETTING}: {path}: {mistake}"));
            }
            None
        }
    }
}
