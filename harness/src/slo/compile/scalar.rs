//! Texts and numbers as they stand in a rule file.

/// As short as it is exact to twelve digits: the dust of binary fractions is swept away.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.12}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A YAML scalar: plain where nothing can be misread, else in double quotes, which are JSON's.
pub(super) fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let word = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let special = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if word && text.chars().all(plain) && !special.contains(&text.to_ascii_lowercase().as_str()) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A string of PromQL or LogQL, quotes and all. JSON's escapes are a part of Go's, which these languages have, but for
/// the slash that no printer escapes.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A text that the rulers take literally: labels and annotations are templates there.
pub(super) fn literal(text: &str) -> String {
    text.replace("{{", r#"{{ "{{" }}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lose_their_dust() {
        assert_eq!(number(1.0 - 0.999), "0.001");
        assert_eq!(number(14.4), "14.4");
        assert_eq!(number(1.0), "1");
    }

    #[test]
    fn only_words_that_nobody_misreads_stand_without_quotes() {
        let told = ["storage", "no", "1", "a b", "", "a:b"].map(scalar);
        assert_eq!(
            told,
            ["storage", "\"no\"", "\"1\"", "\"a b\"", "\"\"", "\"a:b\""]
        );
    }
}
