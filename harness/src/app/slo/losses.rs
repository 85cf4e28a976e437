//! What a translation could not carry over, told.

use crate::app::{Console, Failure};
use crate::slo::exchange::Loss;

/// To standard error line by line, so that standard output is the file alone.
pub(super) fn tell(console: &Console, losses: &[Loss]) {
    for loss in losses {
        console.say(&loss.to_string());
    }
}

/// What was written and what was not, as JSON.
pub(super) fn print_json(console: &Console, text: &str, losses: &[Loss]) -> Result<(), Failure> {
    let json = serde_json::json!({ "text": text, "losses": losses });
    console.print(&format!("{json:#}"))
}
