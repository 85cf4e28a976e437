//! Which ticks fail without asking the database.

use crate::faults::Dice;

/// What a simulated failure says.
pub const SIMULATED: [&str; 4] = [
    "database connection failed",
    "database timeout",
    "database unavailable",
    "database error",
];

/// Streams of the seed; the fault sets and other profiles use others.
const FAILS: u64 = 17 << 32;
const TEXT: u64 = FAILS + 1;

/// Decides tick by tick; the decisions of a seed repeat.
#[derive(Debug)]
pub struct Chance {
    error_rate: f64,
    fails: Dice,
    text: Dice,
}

impl Chance {
    /// `error_rate` is the share of ticks that fail, `0..=1`.
    pub fn new(error_rate: f64, seed: u64) -> Self {
        Self {
            error_rate,
            fails: Dice::new(seed, FAILS),
            text: Dice::new(seed, TEXT),
        }
    }

    /// The text of the failure when the next tick is to fail; each with the same probability.
    pub fn next(&self) -> Option<&'static str> {
        let fails = self.fails.roll(self.error_rate);
        let bit = || usize::from(self.text.roll(0.5));
        fails.then(|| SIMULATED[2 * bit() + bit()])
    }
}
