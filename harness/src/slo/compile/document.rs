//! Tables in a document that people write: everything between `<!-- compiled: NAME -->` and `<!-- /compiled -->` is
//! written anew, and nothing else is touched.
//!
//! Names: `promises`, `alerts`, `times`, `ratio SLO`, `time-scale K`.

use super::{CompileError, Compiled, Options, compiled, rows};
use crate::slo::definition::Slo;

const BEGIN: &str = "<!-- compiled: ";
const END: &str = "<!-- /compiled -->";

/// Why a document cannot be filled.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DocumentError {
    /// The objectives do not compile.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// A place is begun and never ended.
    #[error("line {line}: no `{END}` after this")]
    Open {
        /// Counted from 1.
        line: usize,
    },
    /// A place asks for what is not known.
    #[error(
        "line {line}: `{name}` is not known; known: promises, alerts, times, ratio SLO, time-scale K"
    )]
    Unknown {
        /// Counted from 1.
        line: usize,
        /// What is asked for.
        name: String,
    },
    /// No place at all.
    #[error("nothing to fill; mark a place by `{BEGIN}alerts -->` and `{END}`")]
    Nothing,
}

/// The document with every marked place filled.
pub fn fill(document: &str, slos: &[Slo], options: &Options) -> Result<String, DocumentError> {
    let slos = compiled(slos, options)?;
    let mut out = String::with_capacity(document.len());
    let mut lines = document.lines().enumerate();
    let mut places = 0;
    while let Some((at, text)) = lines.next() {
        out.push_str(text);
        out.push('\n');
        let begun = text.strip_prefix(BEGIN);
        let Some(name) = begun.and_then(|rest| rest.strip_suffix("-->")) else {
            continue;
        };
        let line = at + 1;
        out.push_str(&place(name.trim(), line, &slos, options)?);
        if !lines.any(|(_, text)| text == END) {
            return Err(DocumentError::Open { line });
        }
        out.push_str(END);
        out.push('\n');
        places += 1;
    }
    if places == 0 {
        return Err(DocumentError::Nothing);
    }
    Ok(out)
}

fn place(
    name: &str,
    line: usize,
    slos: &[Compiled<'_>],
    options: &Options,
) -> Result<String, DocumentError> {
    let unknown = || DocumentError::Unknown {
        line,
        name: name.to_owned(),
    };
    match name.split_once(' ').unwrap_or((name, "")) {
        ("promises", "") => Ok(rows::promises(slos)),
        ("alerts", "") => Ok(rows::alerts(slos)),
        ("times", "") => Ok(rows::times(slos)),
        ("ratio", slo) => {
            let slo = slos.iter().find(|known| known.slo.objective.name == slo);
            Ok(rows::ratio(slo.ok_or_else(unknown)?)?)
        }
        ("time-scale", scale) => match scale.parse() {
            Ok(scale) if scale > 0 => Ok(rows::scaled(slos, options, scale)),
            _ => Err(unknown()),
        },
        _ => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_marked_places_change_and_mistakes_name_their_line() {
        let text = "a\n<!-- compiled: alerts -->\nold\n<!-- /compiled -->\nb\n";
        let told = fill(text, &[], &Options::default()).unwrap();
        assert!(
            told.starts_with("a\n<!-- compiled: alerts -->\n| alert |"),
            "{told}"
        );
        assert!(told.ends_with("|\n<!-- /compiled -->\nb\n"), "{told}");
        assert!(!told.contains("old"));
        assert_eq!(fill(&told, &[], &Options::default()).as_deref(), Ok(&*told));
        for (text, expected) in [
            ("a\n", "nothing to fill"),
            ("a\n<!-- compiled: alerts -->\n", "line 2: no"),
            (
                "<!-- compiled: alarms -->\n<!-- /compiled -->\n",
                "`alarms` is not known",
            ),
            (
                "<!-- compiled: ratio x -->\n<!-- /compiled -->\n",
                "`ratio x` is not known",
            ),
        ] {
            let said = fill(text, &[], &Options::default())
                .unwrap_err()
                .to_string();
            assert!(said.contains(expected), "{said}");
        }
    }
}
