//! Colour and width of a terminal, decided by the caller.

/// How a summary may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Use ANSI colours.
    pub colour: bool,
    /// Columns to fill at most.
    pub width: usize,
}

/// Without colour, 100 columns wide: what a file or a CI log takes.
impl Default for Style {
    fn default() -> Self {
        Self {
            colour: false,
            width: 100,
        }
    }
}

/// What a text means; the colour follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Tone {
    Good,
    Bad,
    Doubt,
    Quiet,
    Strong,
}

impl Tone {
    /// The tone of a status word.
    pub(super) fn of(status: &str) -> Self {
        match status {
            "pass" => Self::Good,
            "fail" => Self::Bad,
            "inconclusive" | "warning" => Self::Doubt,
            _ => Self::Quiet,
        }
    }

    /// The ANSI sequence that begins it; [`RESET`] ends it.
    pub(super) fn start(self) -> &'static str {
        match self {
            Self::Good => "\u{1b}[32m",
            Self::Bad => "\u{1b}[31m",
            Self::Doubt => "\u{1b}[33m",
            Self::Quiet => "\u{1b}[2m",
            Self::Strong => "\u{1b}[1m",
        }
    }
}

/// Ends every tone.
pub(super) const RESET: &str = "\u{1b}[0m";

impl Style {
    /// The text in a tone, if colour was asked for.
    pub(in crate::report) fn paint(self, tone: Tone, text: &str) -> String {
        if self.colour {
            format!("{}{text}{RESET}", tone.start())
        } else {
            text.to_owned()
        }
    }

    /// The text broken between words: the first line after `first` columns already written, the others after
    /// `indent` spaces. A word longer than the line stays whole, so that a query can be copied.
    pub(in crate::report) fn wrap(self, text: &str, first: usize, indent: usize) -> String {
        fill(text, self.width.max(indent + 20), first, indent)
    }
}

/// See [`Style::wrap`].
pub(super) fn fill(text: &str, width: usize, first: usize, indent: usize) -> String {
    let mut out = String::new();
    let mut column = first;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if !out.is_empty() {
            if column + 1 + length > width {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                column = indent;
            } else {
                out.push(' ');
                column += 1;
            }
        }
        out.push_str(word);
        column += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_breaks_between_words_and_keeps_long_ones_whole() {
        let style = Style {
            colour: false,
            width: 24,
        };
        assert_eq!(
            style.wrap("one two three four a_word_that_is_much_too_long end", 4, 4),
            "one two three four\n    a_word_that_is_much_too_long\n    end"
        );
    }

    #[test]
    fn colour_only_when_asked() {
        assert_eq!(Style::default().paint(Tone::Bad, "x"), "x");
        let style = Style {
            colour: true,
            width: 80,
        };
        assert_eq!(style.paint(Tone::Bad, "x"), "\u{1b}[31mx\u{1b}[0m");
    }
}
