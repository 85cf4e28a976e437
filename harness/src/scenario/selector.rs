//! Checks that a selector is one, without knowing the whole language it belongs to.

/// `name{matchers}` with at least one of the two, braces closed, nothing behind them.
pub(super) fn is_metric_selector(text: &str) -> bool {
    let text = text.trim();
    let name_ends = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(name_ends);
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    match rest.trim_start() {
        "" => !name.is_empty(),
        braces => closing(braces) == Some(braces.len()),
    }
}

/// `{matchers}` and whatever pipeline follows.
pub(super) fn is_log_selector(text: &str) -> bool {
    closing(text.trim()).is_some_and(|end| end > 2)
}

/// One past the brace that closes the one at the start.
fn closing(text: &str) -> Option<usize> {
    if !text.starts_with('{') {
        return None;
    }
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(q) if c == '\\' && q != '`' => escaped = true,
            Some(q) if c == q => quote = None,
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None if c == '}' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_told_from_other_text() {
        for good in ["up", "x{}", r#"x:y{a="}",b='\''}"#, r#"{__name__="x"}"#] {
            assert!(is_metric_selector(good), "{good}");
        }
        for bad in [
            "",
            "rate(x[5m])",
            "x{a=\"b\"",
            "x{a=\"b\"}[5m]",
            "1x",
            "x > 1",
            "é",
        ] {
            assert!(!is_metric_selector(bad), "{bad}");
        }
        assert!(is_log_selector(r#"{app="kv"} | json"#));
        assert!(!is_log_selector("{}"));
        assert!(!is_log_selector("app=\"kv\""));
    }
}
