//! OpenSLO's durations: `<whole number><unit>`, units `m h d w M Q Y`, where `m` is minutes and `M` months.

use serde_json::Value;

use super::reader::Reader;
use crate::model::Millis;
use crate::model::yaml::Path;

/// How long something lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// The same on every day of the year.
    Fixed(Millis),
    /// So many months, whose length is the calendar's business.
    Months(u64),
}

impl Length {
    /// Reads a duration; `None` if it is not one, or is zero.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let count: u64 = text[..digits].parse().ok().filter(|count| *count > 0)?;
        let (fixed, months) = match &text[digits..] {
            "m" => (60_000, 0),
            "h" => (3_600_000, 0),
            "d" => (86_400_000, 0),
            "w" => (604_800_000, 0),
            "M" => (0, 1),
            "Q" => (0, 3),
            "Y" => (0, 12),
            _ => return None,
        };
        if months > 0 {
            return Some(Self::Months(count.checked_mul(months)?));
        }
        count.checked_mul(fixed).map(|ms| Self::Fixed(Millis(ms)))
    }

    /// The length, if it is always the same.
    pub fn fixed(self) -> Option<Millis> {
        match self {
            Self::Fixed(length) => Some(length),
            Self::Months(_) => None,
        }
    }
}

impl Reader<'_> {
    /// A duration of minutes to weeks, from a text; where `minutes` is set also from a bare number.
    pub(super) fn fixed_length(
        &mut self,
        path: &Path,
        value: &Value,
        minutes: bool,
    ) -> Option<Millis> {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) if minutes => format!("{number}m"),
            other => other.to_string(),
        };
        let length = Length::parse(&text).and_then(Length::fixed);
        if length.is_none() {
            self.report(
                path,
                format!("`{}` is not a duration", text.trim_end_matches('m')),
                "a whole number with m, h, d or w",
                "5m",
            );
        }
        length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_told_apart_by_case() {
        assert_eq!(Length::parse("1m"), Some(Length::Fixed(Millis(60_000))));
        assert_eq!(Length::parse("1M"), Some(Length::Months(1)));
        assert_eq!(Length::parse("2Q"), Some(Length::Months(6)));
        assert_eq!(Length::parse("1Y"), Some(Length::Months(12)));
        assert_eq!(
            Length::parse("4w"),
            Some(Length::Fixed(Millis(28 * 86_400_000)))
        );
        for not in [
            "",
            "m",
            "0d",
            "1",
            "1.5h",
            "1h30m",
            "-1d",
            "1y",
            "1s",
            "99999999999999999999w",
        ] {
            assert_eq!(Length::parse(not), None, "{not}");
        }
    }
}
