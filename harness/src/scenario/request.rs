//! What a request may look like, wherever it is written: in a scenario or on a command line.

use super::template;

/// Methods that a load may use.
pub(crate) const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Checks a header; what is wrong with it goes out as it stands, so that a line feed would begin another one.
pub(crate) fn header(name: &str, value: &str) -> Result<(), String> {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(token) {
        return Err(format!("`{name}` is not a header name"));
    }
    if value.contains(|c: char| c.is_control() && c != '\t') || !value.is_ascii() {
        return Err(format!(
            "header `{name}` holds a character that no header may hold"
        ));
    }
    Ok(())
}

/// Checks the placeholders of a text that no journey and no feeder gives values to; tells the first mistake in a line.
pub(crate) fn placeholders(text: &str) -> Result<(), String> {
    match template::mistakes(text, &[]).into_iter().next() {
        None => Ok(()),
        Some((_, remedy)) => {
            let hint = remedy.hint.map(|hint| format!("such as {hint}"));
            let parts = [Some(remedy.message), remedy.label, hint];
            Err(parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
        }
    }
}
