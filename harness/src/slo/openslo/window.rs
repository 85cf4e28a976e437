//! The period of an SLO.

use super::length::Length;
use super::placed::Placed;
use super::reader::Reader;
use super::spec::{CalendarSpec, TimeWindowSpec};
use crate::model::Millis;
use crate::model::yaml::Path;

/// How long a promise is held, and from when.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// The period.
    pub length: Placed<Length>,
    /// When the first period begins; `None`: it ends now, always.
    pub calendar: Option<CalendarSpec>,
}

const HOUR: Millis = Millis(3_600_000);

impl Reader<'_> {
    pub(super) fn window(&mut self, path: &Path, windows: &[TimeWindowSpec]) -> Option<Window> {
        let [window] = windows else {
            self.report(path, "an SLO has exactly one time window", "", "");
            return None;
        };
        let path = path.at(0);
        match (&window.calendar, window.is_rolling) {
            (Some(_), true) => self.report(
                &path.at("isRolling"),
                "a rolling time window has no `calendar`",
                "",
                "isRolling: false, or no `calendar`",
            ),
            (None, false) => self.report(
                &path,
                "a time window is rolling or has a `calendar`",
                "",
                "isRolling: true",
            ),
            (Some(calendar), false) => self.calendar(&path.at("calendar"), calendar),
            (None, true) => {}
        }
        let at = path.at("duration");
        let text = window.duration.as_str();
        let Some(length) = Length::parse(text) else {
            self.report(
                &at,
                format!("`{text}` is not a duration"),
                "a whole number with m, h, d, w, M, Q or Y",
                "30d",
            );
            return None;
        };
        if length.fixed().is_some_and(|length| length < HOUR) {
            let hint = if text.ends_with('m') && window.calendar.is_some() {
                format!("{}M for months", text.trim_end_matches('m'))
            } else {
                "30d for a month".to_owned()
            };
            let message = format!("a period of `{text}` is shorter than an hour");
            self.report(&at, message, "`m` is minutes", &hint);
            return None;
        }
        Some(Window {
            length: self.place(&at, length),
            calendar: window.calendar.clone(),
        })
    }

    fn calendar(&mut self, path: &Path, calendar: &CalendarSpec) {
        let start = calendar.start_time.as_str();
        if jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M:%S", start).is_err() {
            self.report(
                &path.at("startTime"),
                format!("`{start}` is not a date and time"),
                "YYYY-MM-DD hh:mm:ss",
                "2026-01-01 00:00:00",
            );
        }
        // Whether the name is in the time zone database is for who computes with it: the database is not in the file.
        let zone = calendar.time_zone.as_str();
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '/');
        if zone.is_empty() || !zone.chars().all(part) {
            self.report(
                &path.at("timeZone"),
                format!("`{zone}` is not a time zone"),
                "a name of the IANA database",
                "Europe/Berlin, or UTC",
            );
        }
    }
}
