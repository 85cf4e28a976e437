//! The span that a budget is for: so long until now, or since the calendar's last turn.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{ToSpan as _, Zoned};

use crate::model::{Millis, Timestamp};

/// From, exclusive, to, inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end, which is the moment of looking.
    pub to: Timestamp,
}

impl Span {
    /// So long until `at`.
    pub fn rolling(length: Millis, at: Timestamp) -> Self {
        Self {
            from: Timestamp(at.0.saturating_sub(length.0 as i64)),
            to: at,
        }
    }

    /// Its length.
    pub fn length(&self) -> Millis {
        Millis(self.to.0.saturating_sub(self.from.0).max(0) as u64)
    }
}

/// Part of a calendar, at whose turn the budget is whole again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calendar {
    /// From Monday on.
    Week,
    /// From the first on.
    Month,
    /// From January, April, July or October on.
    Quarter,
    /// From January on.
    Year,
}

impl Calendar {
    /// Since the last turn before `at`, on the clocks of a time zone. `None` for a moment beyond the calendar.
    pub fn span(self, at: Timestamp, zone: &TimeZone) -> Option<Span> {
        let now = jiff::Timestamp::from_millisecond(at.0).ok()?;
        let today = now.to_zoned(zone.clone()).date();
        let turn = match self {
            Self::Week => {
                let days = today.weekday().since(Weekday::Monday);
                today.checked_sub(i64::from(days).days()).ok()?
            }
            Self::Month => today.first_of_month(),
            Self::Quarter => {
                let first = today.first_of_month();
                let back = i64::from((first.month() - 1) % 3);
                first.checked_sub(back.months()).ok()?
            }
            Self::Year => today.first_of_year(),
        };
        // Midnight may not exist where clocks are set forward at it; then it is the first moment of the day.
        let from: Zoned = turn.to_zoned(zone.clone()).ok()?;
        Some(Span {
            from: Timestamp(from.timestamp().as_millisecond()),
            to: at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Timestamp {
        let at: jiff::Timestamp = text.parse().unwrap();
        Timestamp(at.as_millisecond())
    }

    #[test]
    fn a_calendar_turns_on_the_clocks_of_its_zone() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let at = moment("2026-05-13T10:00:00Z");
        for (calendar, from) in [
            (Calendar::Week, "2026-05-10T22:00:00Z"),
            (Calendar::Month, "2026-04-30T22:00:00Z"),
            (Calendar::Quarter, "2026-03-31T22:00:00Z"),
            (Calendar::Year, "2025-12-31T23:00:00Z"),
        ] {
            let span = calendar.span(at, &berlin).unwrap();
            assert_eq!(span.from, moment(from), "{calendar:?}");
            assert_eq!(span.to, at);
        }
    }

    #[test]
    fn a_rolling_span_ends_now() {
        let at = moment("2026-05-13T10:00:00Z");
        let span = Span::rolling(Millis(86_400_000), at);
        assert_eq!(span.from, moment("2026-05-12T10:00:00Z"));
        assert_eq!(span.length(), Millis(86_400_000));
    }
}
