//! Exit codes: public API, documented in the README.

use crate::model::VerdictOutcome;

/// Everything that was looked at is as it must be.
pub const PASS: u8 = 0;
/// An objective or an expectation is violated.
pub const FAIL: u8 = 1;
/// Usage or bad input: nothing was started.
pub const USAGE: u8 = 2;
/// Evidence is missing or the generator is not trustworthy.
pub const INVALID: u8 = 3;
/// A bug or a failure of the machine.
pub const INTERNAL: u8 = 70;
/// Interrupted by the user; a partial report was written.
pub const INTERRUPTED: u8 = 130;

/// The code of a finished run.
pub fn code(outcome: VerdictOutcome, interrupted: bool) -> u8 {
    match outcome {
        _ if interrupted => INTERRUPTED,
        VerdictOutcome::Pass => PASS,
        VerdictOutcome::Fail => FAIL,
        VerdictOutcome::Invalid => INVALID,
    }
}
