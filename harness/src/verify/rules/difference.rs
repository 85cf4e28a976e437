//! What differs between a rule as written and as loaded.

use crate::model::{Engine, Labels, Millis, Rule};

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// Sentence fragment: what is so.
    pub(super) summary: String,
    /// As written.
    pub(super) expected: String,
    /// As loaded.
    pub(super) observed: String,
    /// What to change.
    pub(super) hint: String,
}

/// Everything but the expression.
pub(super) fn of(engine: Engine, written: &Rule, loaded: &Rule) -> Vec<Difference> {
    let mut found = Vec::new();
    found.extend(length("for", written.hold, loaded.hold, engine));
    found.extend(length(
        "keep_firing_for",
        written.keep_firing_for,
        loaded.keep_firing_for,
        engine,
    ));
    found.extend(labels("labels", &written.labels, &loaded.labels));
    found.extend(labels(
        "annotations",
        &written.annotations,
        &loaded.annotations,
    ));
    if let Some(error) = &loaded.last_error {
        found.push(Difference {
            summary: "cannot be evaluated".into(),
            expected: "evaluated without error".into(),
            observed: error.clone(),
            hint: "correct the expression or the data it meets; until then the rule is blind"
                .into(),
        });
    }
    found
}

fn length(field: &str, written: Millis, loaded: Millis, engine: Engine) -> Option<Difference> {
    (written != loaded).then(|| Difference {
        summary: format!("{field} differs"),
        expected: format!("{field}: {}", written.to_promql()),
        observed: format!("{field}: {}", loaded.to_promql()),
        hint: if engine == Engine::Loki && field == "keep_firing_for" {
            "Loki's ruler drops keep_firing_for without a word: remove it and widen the window"
                .into()
        } else {
            RELOAD.into()
        },
    })
}

/// What helps against most differences.
pub(super) const RELOAD: &str = "reload the ruler, and see which file it reads";

fn labels(field: &str, written: &Labels, loaded: &Labels) -> Option<Difference> {
    let differing = |here: &Labels, there: &Labels| -> String {
        let pairs: Vec<String> = here
            .iter()
            .filter(|(k, v)| there.get(*k) != Some(*v))
            .map(|(k, v)| format!("{k}: {v}"))
            .collect();
        if pairs.is_empty() {
            "nothing more".into()
        } else {
            pairs.join(", ")
        }
    };
    (written != loaded).then(|| Difference {
        summary: format!("{field} differ"),
        expected: differing(written, loaded),
        observed: differing(loaded, written),
        hint: RELOAD.into(),
    })
}

/// The difference of two expressions, both in the engine's spelling; `None` if they say the same.
pub(super) fn expr(written: &str, loaded: &str) -> Option<Difference> {
    (collapse(written) != collapse(loaded)).then(|| Difference {
        summary: "expression differs".into(),
        expected: written.to_owned(),
        observed: loaded.to_owned(),
        hint: RELOAD.into(),
    })
}

/// The expression without white space that means nothing: none outside strings but one space between two words.
pub(super) fn collapse(expr: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '.';
    let mut text = String::new();
    let (mut quote, mut gap) = (None, false);
    let mut chars = expr.chars();
    while let Some(c) = chars.next() {
        if quote.is_none() && c.is_whitespace() {
            gap = true;
            continue;
        }
        if std::mem::take(&mut gap) && is_word(c) && text.ends_with(is_word) {
            text.push(' ');
        }
        text.push(c);
        match (quote, c) {
            (Some('"' | '\''), '\\') => text.extend(chars.next()),
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(c),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn white_space_outside_strings_means_nothing() {
        let pretty = "sum by (route) (\n  rate(x{a=\"b  c\"}[5m])\n)\n  > 0.1 and  up";
        let flat = "sum by(route) (rate(x{a=\"b  c\"}[5m])) > 0.1 and up";
        assert_eq!(collapse(pretty), collapse(flat));
        assert_eq!(
            collapse(flat),
            "sum by(route)(rate(x{a=\"b  c\"}[5m]))>0.1 and up"
        );
        assert_ne!(collapse("x{a=\"b c\"}"), collapse("x{a=\"b  c\"}"));
        assert_ne!(collapse("a and b"), collapse("aandb"));
        assert_eq!(collapse(r#"x{a="\" b"}  "#), r#"x{a="\" b"}"#);
    }

    proptest! {
        #[test]
        fn collapsing_twice_changes_nothing(expr in "[a(\" \\\\\n>]{0,16}") {
            let once = collapse(&expr);
            prop_assert_eq!(collapse(&once), once);
        }
    }
}
