//! All mistakes of a scenario and its files at once.

use std::fmt;

use crate::model::Diagnostic;

/// One mistake or more; nothing was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes(Vec<Diagnostic>);

impl Mistakes {
    /// Sorts by place, the scenario's own file first, and removes repetitions. The caller has found at least one.
    pub(crate) fn of(scenario: &str, mut found: Vec<Diagnostic>) -> Self {
        found.sort_by(|a, b| {
            let key = |d: &Diagnostic| (d.file != scenario, d.file.clone(), d.line, d.column);
            key(a).cmp(&key(b)).then_with(|| a.cmp(b))
        });
        found.dedup();
        Self(found)
    }

    /// The mistakes, sorted by place.
    pub fn all(&self) -> &[Diagnostic] {
        &self.0
    }

    /// What the user reads: every mistake with file, line, caret and remedy, and how many there are.
    pub fn render(&self, colour: bool) -> String {
        let mut out: String = self.0.iter().map(|d| d.render(colour)).collect();
        out.push_str(&self.to_string());
        out.push('\n');
        out
    }
}

/// The last line of [`Mistakes::render`].
impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, noun) = match self.0.len() {
            1 => (1, "mistake"),
            n => (n, "mistakes"),
        };
        write!(f, "{count} {noun}; nothing was started")
    }
}

impl std::error::Error for Mistakes {}
