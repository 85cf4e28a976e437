//! `${VAR}` and `${VAR:-default}` in the values of a scenario; `$${` stands for `${` itself.
//!
//! Values are expanded after the text was parsed: positions stay those of the file, a variable can never change the
//! file's structure, and comments may say what they like.

use crate::model::yaml::Node;
use crate::model::{Diagnostic, Source};

/// Where a value comes from.
pub(super) type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Expands every scalar value of a tree in place.
pub(super) fn expand(source: &Source, root: &mut Node, env: Env<'_>, found: &mut Vec<Diagnostic>) {
    root.for_each_scalar(&mut |span, text| {
        if !text.contains("${") {
            return;
        }
        *text = substitute(text, env, &mut |part, message, hint| {
            let mut mistake = source.mistake(source.within(span, part), message);
            if let Some(hint) = hint {
                mistake = mistake.hint(hint);
            }
            // An aliased value is met once for each alias.
            if !found.contains(&mistake) {
                found.push(mistake);
            }
        });
    });
}

fn substitute(
    text: &str,
    env: Env<'_>,
    report: &mut dyn FnMut(&str, String, Option<String>),
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            out.push_str(&rest[..at]);
            out.push('{');
            rest = &rest[at + 2..];
            continue;
        }
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(close) = rest.find('}') else {
            report(
                "${",
                "`${` is not closed".to_owned(),
                Some("${NAME}, or $${ for the text itself".to_owned()),
            );
            break;
        };
        let (written, inner) = (&rest[..=close], &rest[2..close]);
        let (name, default) = match inner.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inner, None),
        };
        rest = &rest[close + 1..];
        if !is_name(name) {
            report(
                written,
                format!("`{written}` is not a variable"),
                Some("${NAME} or ${NAME:-default}, or $${ for the text itself".to_owned()),
            );
            continue;
        }
        // As in a shell: `:-` also stands in for a variable that is set to nothing.
        match (
            env(name).filter(|v| default.is_none() || !v.is_empty()),
            default,
        ) {
            (Some(value), _) => out.push_str(&value),
            (None, Some(default)) => out.push_str(default),
            (None, None) => report(
                written,
                format!("the environment has no variable `{name}`"),
                Some(format!("set {name}, or write ${{{name}:-default}}")),
            ),
        }
    }
    out.push_str(rest);
    out
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::yaml::parse;
    use proptest::prelude::*;

    /// The values of a text, in order, and what is told of them.
    fn expanded(text: &str) -> (Vec<String>, Vec<String>) {
        let source = Source {
            file: "a.yaml".into(),
            text: text.into(),
        };
        let mut found = vec![];
        let mut nodes = parse(&source, &mut found);
        let env = |name: &str| match name {
            "HOST" => Some("h: 1 # x".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let mut values = vec![];
        if let Some(root) = nodes.first_mut() {
            expand(&source, root, &env, &mut found);
            root.for_each_scalar(&mut |_, text| values.push(text.clone()));
        }
        let told = found
            .iter()
            .map(|d| format!("{}:{} {}", d.line, d.column, d.message))
            .collect();
        (values, told)
    }

    #[test]
    fn values_are_expanded_and_comments_are_not() {
        let (values, told) = expanded(
            "# ${NONE}\na: x${HOST}y\nb: '${NONE:-d}${EMPTY:-e}${EMPTY}'\nc: '$${d} $$'\n",
        );
        assert_eq!(told, Vec::<String>::new());
        assert_eq!(values, ["xh: 1 # xy", "de", "${d} $$"]);
    }

    #[test]
    fn an_unset_variable_is_told_at_its_place() {
        let (_, told) = expanded("a: 1\nb: \"x ${NONE} y ${a.b}\"\n");
        assert_eq!(
            told,
            [
                "2:7 the environment has no variable `NONE`",
                "2:17 `${a.b}` is not a variable"
            ]
        );
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(a: |\\$|\\{|\\}|HOST|:-|é|\n| |'){0,20}") {
            let _ = expanded(&text);
        }
    }
}
