//! Where text goes: results to standard output, everything else to standard error.

use std::io::{self, IsTerminal as _, Write as _};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Failure;
use crate::model::Diagnostic;
use crate::report::Style;
use crate::scenario::Mistakes;

/// Which stream takes colour: one may be a terminal while the other is a file.
#[derive(Debug, Clone, Copy)]
struct Colour {
    results: bool,
    errors: bool,
}

/// Columns of what is printed where there is no terminal, or a wider one: longer lines are hard to read.
const WIDTH: usize = 110;

/// The terminal, or what stands in its place.
#[derive(Debug, Clone)]
pub struct Console {
    quiet: bool,
    colour: Colour,
    live: bool,
    bars: MultiProgress,
}

impl Console {
    /// Reads what the environment allows: colour on a terminal unless `NO_COLOR` is set, live progress on a terminal
    /// only. `colour` overrides.
    pub fn from_environment(quiet: bool, colour: Option<bool>) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let live = io::stderr().is_terminal() && !quiet && std::env::var_os("CI").is_none();
        let target = if live {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            quiet,
            colour: Colour {
                results: colour.unwrap_or_else(|| io::stdout().is_terminal() && !plain),
                errors: colour.unwrap_or_else(|| io::stderr().is_terminal() && !plain),
            },
            live,
            bars: MultiProgress::with_draw_target(target),
        }
    }

    /// A result, on standard output. A closed pipe is the reader's choice and no error; a full disk is one.
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        let newline = if text.ends_with('\n') { "" } else { "\n" };
        let written = out
            .write_all(text.as_bytes())
            .and_then(|()| out.write_all(newline.as_bytes()))
            .and_then(|()| out.flush());
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::usage(
                anyhow::Error::new(error).context("cannot write to standard output"),
            )),
            _ => Ok(()),
        }
    }

    /// A line of progress, on standard error.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.tell(&format!("sloproof: {text}"));
        }
    }

    /// An error, on standard error, also when quiet.
    pub fn error(&self, text: &str) {
        self.tell(&format!("sloproof: {text}"));
    }

    /// The mistakes of a scenario, on standard error, also when quiet.
    pub fn mistakes(&self, mistakes: &Mistakes) {
        self.tell(mistakes.render(self.colour.errors).trim_end());
    }

    /// What is worth knowing about files that can be used, on standard error, also when quiet.
    pub fn warnings(&self, warnings: &[Diagnostic]) {
        for warning in warnings {
            self.tell(warning.render(self.colour.errors).trim_end());
        }
    }

    /// A line that is rewritten in place; invisible where progress is not live.
    pub fn live_line(&self) -> ProgressBar {
        let bar = self.bars.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("  {wide_msg}") {
            bar.set_style(style);
        }
        bar
    }

    /// Whether lines can be rewritten in place.
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// How reports for the terminal should look.
    pub fn style(&self) -> Style {
        let said = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
        Style {
            colour: self.colour.results,
            width: said
                .or_else(|| terminal_width().map(|width| width.min(WIDTH)))
                .unwrap_or(WIDTH),
        }
    }

    fn tell(&self, text: &str) {
        // The bars step aside, so that a live line is not torn.
        self.bars.suspend(|| {
            let _ = writeln!(io::stderr(), "{text}");
        });
    }
}

/// Columns of the terminal that standard output is, if it is one.
fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}
