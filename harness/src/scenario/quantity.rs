//! Reads quantities as people write them, and knows what was meant when they are written wrong.

use crate::model::{Diagnostic, Millis, Ratio, RatioError};

/// What is wrong with a text, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remedy {
    pub(super) message: String,
    pub(super) label: Option<String>,
    pub(super) hint: Option<String>,
}

impl Remedy {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            label: None,
            hint: None,
        }
    }

    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    pub(super) fn hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }

    pub(super) fn dress(self, make: impl FnOnce(String) -> Diagnostic) -> Diagnostic {
        let mut mistake = make(self.message);
        if let Some(label) = self.label {
            mistake = mistake.label(label);
        }
        if let Some(hint) = self.hint {
            mistake = mistake.hint(hint);
        }
        mistake
    }
}

/// A day of load is far beyond any scenario, and keeps sums away from their limits.
pub(crate) const LONGEST: Millis = Millis(366 * 86_400_000);
/// More than any machine sends; a slip of three zeros is caught here.
const FASTEST: f64 = 10_000_000.0;

/// `20s`, `1m30s`, `250ms`.
pub(super) fn duration(text: &str) -> Result<Millis, Remedy> {
    match Millis::from_promql(text) {
        Some(length) if length <= LONGEST => Ok(length),
        Some(_) => Err(Remedy::new(format!("`{text}` is longer than a year"))),
        None => Err(Remedy::new(format!("`{text}` is not a duration"))
            .label("such as 250ms, 20s or 1m30s")
            .hint(meant_duration(text))),
    }
}

fn meant_duration(text: &str) -> Option<String> {
    let (number, unit) = split_number(text)?;
    let unit = match unit.to_lowercase().as_str() {
        "ms" | "msec" | "millis" | "millisecond" | "milliseconds" => 1.0,
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1000.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000.0,
        "d" | "day" | "days" => 86_400_000.0,
        _ => return None,
    };
    let millis = (number * unit).round();
    (0.0..=LONGEST.0 as f64)
        .contains(&millis)
        .then(|| Millis(millis as u64).to_promql())
}

/// Reads `200/s`, `0.5/s` or `30/m`, in arrivals per second; `None` for what is not written so.
pub(crate) fn per_second(text: &str) -> Option<f64> {
    let (number, unit) = text.split_once('/')?;
    let seconds = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    let plain = number
        .chars()
        .all(|c| c.is_ascii_digit() || c == '.' || c == '_');
    let number: f64 = number.replace('_', "").parse().ok()?;
    plain.then_some(number / seconds)
}

/// `200/s`, `0.5/s`, `30/m`; in arrivals per second.
pub(super) fn rate(text: &str) -> Result<f64, Remedy> {
    let wrong = || {
        Remedy::new(format!("`{text}` is not a rate"))
            .label("such as 200/s or 30/m")
            .hint(split_number(text).map(|(number, unit)| {
                let per = if unit.contains("min") || unit == "/m" {
                    "m"
                } else {
                    "s"
                };
                format!("{number}/{per}")
            }))
    };
    let rate = per_second(text).ok_or_else(wrong)?;
    if rate > FASTEST {
        return Err(Remedy::new(format!(
            "`{text}` is more than 10 million a second"
        )));
    }
    Ok(rate)
}

/// `15%`; as a ratio from 0 to 1.
pub(super) fn percent(text: &str) -> Result<f64, Remedy> {
    match text.parse::<Ratio>() {
        Ok(Ratio(share)) if share <= 1.0 => Ok(share),
        Ok(_) => Err(Remedy::new(format!("`{text}` is out of range")).label("from 0% to 100%")),
        Err(RatioError { meant, .. }) => Err(Remedy::new(format!("`{text}` is not a share"))
            .label("such as 15%")
            .hint(meant)),
    }
}

/// `404` or `5xx`; as an inclusive range.
pub(super) fn statuses(text: &str) -> Result<(u16, u16), Remedy> {
    if let Some(class) = text.strip_suffix("xx")
        && let Ok(class @ 1..=5) = class.parse::<u16>()
    {
        return Ok((class * 100, class * 100 + 99));
    }
    match text.parse::<u16>() {
        Ok(status @ 100..=599) if text.len() == 3 => Ok((status, status)),
        _ => {
            let class = text.chars().next().filter(|c| ('1'..='5').contains(c));
            Err(Remedy::new(format!("`{text}` is not a status"))
                .label("a status such as 404, or a class such as 5xx")
                .hint(class.filter(|_| text.len() == 3).map(|c| format!("{c}xx"))))
        }
    }
}

/// The number at the start of a text and what follows it.
fn split_number(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',' || c == '_'))
        .unwrap_or(text.len());
    let number = text[..end].replace([',', '_'], "").parse().ok()?;
    Some((number, text[end..].trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hint<T: std::fmt::Debug>(read: Result<T, Remedy>) -> Option<String> {
        read.unwrap_err().hint
    }

    #[test]
    fn quantities_are_read() {
        assert_eq!(duration("1m30s"), Ok(Millis(90_000)));
        assert_eq!(rate("200/s"), Ok(200.0));
        assert_eq!(rate("30/m"), Ok(0.5));
        assert_eq!(rate("200_000/s"), Ok(200_000.0));
        assert_eq!(percent("15%"), Ok(0.15));
        assert_eq!(statuses("5xx"), Ok((500, 599)));
        assert_eq!(statuses("404"), Ok((404, 404)));
    }

    #[test]
    fn what_was_meant_is_offered() {
        assert_eq!(hint(duration("20 seconds")).as_deref(), Some("20s"));
        assert_eq!(hint(duration("0.5s")).as_deref(), Some("500ms"));
        assert_eq!(hint(duration("90")).as_deref(), Some("1m30s"));
        assert_eq!(hint(duration("soon")), None);
        assert_eq!(hint(rate("200")).as_deref(), Some("200/s"));
        assert_eq!(hint(rate("200rps")).as_deref(), Some("200/s"));
        assert_eq!(hint(rate("30/min")).as_deref(), Some("30/m"));
        assert_eq!(hint(percent("0.15")).as_deref(), Some("15%"));
        assert_eq!(hint(percent("15")).as_deref(), Some("15%"));
        assert_eq!(hint(statuses("5XX")).as_deref(), Some("5xx"));
        assert_eq!(hint(statuses("5..")).as_deref(), Some("5xx"));
    }

    #[test]
    fn what_no_run_can_do_is_refused() {
        for bad in ["-1/s", "1e9/s", "inf/s", "99999999/s", "/s", "NaN/s"] {
            assert!(rate(bad).is_err(), "{bad}");
        }
        for bad in ["101%", "-1%", "NaN%", "%"] {
            assert!(percent(bad).is_err(), "{bad}");
        }
        assert!(duration("10y").is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,12}") {
            let _ = (duration(&text), rate(&text), percent(&text), statuses(&text));
        }
    }
}
