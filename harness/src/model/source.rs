//! Where a mistake stands in a file, and how it is told: place, line, caret, remedy. Pure; files are read elsewhere.

use std::fmt::Write as _;

/// A stretch of a text, in bytes, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A text file as read, under the name that messages use for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its path as shown to the user.
    pub file: String,
    /// Its whole text.
    pub text: String,
}

impl Source {
    /// A mistake at a place of this file.
    pub fn mistake(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        let start = floor_boundary(&self.text, span.start);
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        let rest = &self.text[line_start..];
        let line_text = rest.lines().next().unwrap_or_default();
        let end = floor_boundary(&self.text, span.end).clamp(start, line_start + line_text.len());
        let marked = self.text.get(start..end).unwrap_or_default();
        Diagnostic {
            message: message.into(),
            file: self.file.clone(),
            line: before.matches('\n').count() + 1,
            column: self.text[line_start..start].chars().count() + 1,
            width: marked.trim_end().chars().count().max(1),
            text: line_text.trim_end().to_owned(),
            label: None,
            notes: Vec::new(),
            level: Level::Mistake,
        }
    }

    /// The first place where `part` is written inside `span`; `span` itself if it is not written as such there.
    pub fn within(&self, span: Span, part: &str) -> Span {
        self.text
            .get(span.start..span.end)
            .and_then(|s| s.find(part))
            .map_or(span, |at| Span {
                start: span.start + at,
                end: span.start + at + part.len(),
            })
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// One mistake of a user in one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The file, as shown to the user.
    pub file: String,
    /// Line, from 1; 0 when the mistake is the file as a whole.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters to underline.
    pub width: usize,
    /// What is wrong, with its subject.
    pub message: String,
    /// The source line.
    pub text: String,
    /// What should stand at the caret.
    pub label: Option<String>,
    /// Remedies and known names, each with its lead: `("try", "…")`.
    pub notes: Vec<(String, String)>,
    /// Whether the file can be used all the same.
    pub level: Level,
}

/// How grave a [`Diagnostic`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The file cannot be used.
    Mistake,
    /// It is used all the same.
    Warning,
}

impl Diagnostic {
    /// A mistake that has no place inside the file: it cannot be read at all.
    pub fn whole_file(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: 0,
            column: 0,
            width: 0,
            message: message.into(),
            text: String::new(),
            label: None,
            notes: Vec::new(),
            level: Level::Mistake,
        }
    }

    /// Makes it a warning: worth knowing, and the file is used all the same.
    pub fn warning(mut self) -> Self {
        self.level = Level::Warning;
        self
    }

    /// Says at the caret what should stand there.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Adds what to write instead.
    pub fn hint(self, remedy: impl Into<String>) -> Self {
        self.note("try", remedy)
    }

    /// Lists the names that would have been right; nothing when there are none.
    pub fn known<S: AsRef<str>>(self, names: impl IntoIterator<Item = S>) -> Self {
        let mut list: Vec<String> = Vec::new();
        for name in names {
            if !list.iter().any(|n| n == name.as_ref()) {
                list.push(name.as_ref().to_owned());
            }
        }
        if list.is_empty() {
            return self;
        }
        self.note("known", list.join(", "))
    }

    /// Adds a line below.
    pub fn note(mut self, lead: &str, text: impl Into<String>) -> Self {
        self.notes.push((lead.to_owned(), text.into()));
        self
    }

    /// The mistake as text, several lines, ending with a line break.
    pub fn render(&self, colour: bool) -> String {
        let (word, tint) = match self.level {
            Level::Mistake => ("error", "\x1b[1;31m"),
            Level::Warning => ("warning", "\x1b[1;33m"),
        };
        let (red, bold, blue, reset) = if colour {
            (tint, "\x1b[1m", "\x1b[1;34m", "\x1b[0m")
        } else {
            ("", "", "", "")
        };
        let mut out = format!(
            "{red}{word}{reset}{bold}: {}{reset}\n",
            printable(&self.message)
        );
        if self.line == 0 {
            let _ = writeln!(out, "  {}", printable(&self.file));
        } else {
            let _ = writeln!(
                out,
                "  {}:{}:{}",
                printable(&self.file),
                self.line,
                self.column
            );
            let (text, column) = excerpt(&self.text, self.column);
            let _ = writeln!(out, "{blue}{:>5} |{reset} {text}", self.line);
            let shown = text.chars().count().saturating_sub(column - 1).max(1);
            let carets = "^".repeat(self.width.min(shown));
            let label = self.label.as_deref().map_or_else(String::new, |l| {
                format!(" {}", printable(l).replace('\n', " "))
            });
            let _ = writeln!(
                out,
                "{blue}      |{reset} {}{red}{carets}{label}{reset}",
                " ".repeat(column - 1)
            );
        }
        for (lead, text) in &self.notes {
            let _ = writeln!(out, "  {bold}{lead}:{reset} {}", printable(text));
        }
        out
    }
}

/// Nothing from a file may move the cursor or change colours.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && c != '\n' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

/// The part of a line worth showing, and the column within it. Tabs become one space, so that carets line up.
fn excerpt(line: &str, column: usize) -> (String, usize) {
    const WIDTH: usize = 140;
    let chars: Vec<char> = line
        .chars()
        .map(|c| if c == '\t' { ' ' } else { c })
        .collect();
    let column = column.clamp(1, chars.len() + 1);
    let clean = |part: &[char]| printable(&part.iter().collect::<String>());
    if chars.len() <= WIDTH {
        return (clean(&chars), column);
    }
    let from = (column - 1).saturating_sub(WIDTH / 2);
    let to = (from + WIDTH).min(chars.len());
    let (lead, shift) = if from > 0 { ("… ", 2) } else { ("", 0) };
    let tail = if to < chars.len() { " …" } else { "" };
    (
        format!("{lead}{}{tail}", clean(&chars[from..to])),
        column - from + shift,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source {
            file: "a.yaml".into(),
            text: text.into(),
        }
    }

    #[test]
    fn a_mistake_shows_its_line_with_the_caret_under_it() {
        let found = source("a: 1\nbéta: two\n")
            .mistake(Span { start: 12, end: 15 }, "no number")
            .label("a number")
            .hint("2");
        assert_eq!(
            found.render(false),
            "error: no number\n  a.yaml:2:7\n    2 | béta: two\n      |       ^^^ a number\n  try: 2\n"
        );
    }

    #[test]
    fn places_outside_the_text_do_not_panic() {
        for span in [(0, 0), (5, 900), (900, 2), (2, 3)] {
            let span = Span {
                start: span.0,
                end: span.1,
            };
            let _ = source("aéb").mistake(span, "x").render(true);
            let _ = source("").mistake(span, "x").render(false);
        }
    }

    #[test]
    fn long_lines_are_cut_around_the_caret_and_control_characters_are_not_printed() {
        let text = format!("{}\u{1b}[31mHERE{}", "x".repeat(400), "y".repeat(400));
        let at = text.find("HERE").unwrap();
        let shown = source(&text)
            .mistake(
                Span {
                    start: at,
                    end: at + 4,
                },
                "bad",
            )
            .render(false);
        assert!(!shown.contains('\u{1b}'));
        let lines: Vec<&str> = shown.lines().collect();
        let column = lines[3].chars().position(|c| c == '^').unwrap();
        let marked: String = lines[2].chars().skip(column).take(4).collect();
        assert_eq!(marked, "HERE");
    }
}
