//! The answer to a question.

use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use rand::Rng;
use serde::Serialize;

use super::{
    Named, Question, Slot, Version,
    day::slots,
    directory::{professional, unit},
};

/// Fewest and most days of an answer.
const DAYS: std::ops::RangeInclusive<i64> = 15..=30;

/// As it stands in the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Always: failures look different.
    pub success: bool,
    /// What was asked and what came of it.
    pub filters: Filters,
    /// One item a day, in order.
    pub response: Vec<Item>,
}

/// What was asked and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Filters {
    /// As asked, or the default. The items tell who it came down to.
    pub professional_id: i64,
    /// As asked, or the default.
    pub unit_id: i64,
    /// RFC 3339 in UTC, to the second.
    pub generated_at: String,
    /// As asked, or the default.
    pub days_requested: i64,
    /// Number of items.
    pub days_returned: usize,
    /// As asked; absent when not asked.
    pub start_date_requested: Option<Date>,
    /// First day that was looked at.
    pub start_date_applied: Date,
}

/// One day of one professional.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Who.
    pub professional: Named,
    /// Where.
    pub unit: Named,
    /// Where in there.
    pub room: Named,
    /// What for.
    pub specialty: Named,
    /// When, `YYYY-MM-DD` in UTC.
    pub date: Date,
    /// At least one, at most eight.
    pub slots: Vec<Slot>,
}

impl Answer {
    /// Answers `question` as of `now`. Days are clamped to 15..=30, a day gone by becomes today, and today has
    /// no item once its last slot has begun.
    pub fn new(version: Version, question: &Question, now: Timestamp, rng: &mut impl Rng) -> Self {
        let generated_at = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let now = now.to_zoned(TimeZone::UTC).datetime();
        let days = question.days.clamp(*DAYS.start(), *DAYS.end());
        // The calendar ends with the year 9999: no answer may run past it.
        let last_start = Date::MAX - (days - 1).days();
        let start = question.start_date.unwrap_or(now.date());
        let start = start.max(now.date()).min(last_start);
        let professional = professional(question.professional_id);
        let unit = unit(question.unit_id);
        let dates = start.series(1.day()).take(days as usize);
        let item = |date| Item {
            professional: professional.named,
            unit: unit.named,
            room: unit.room,
            specialty: professional.specialty,
            date,
            slots: slots(date, now, version.availability(), rng),
        };
        let items = dates.map(item).filter(|item| !item.slots.is_empty());
        let response: Vec<Item> = items.collect();
        Self {
            success: true,
            filters: Filters {
                professional_id: question.professional_id,
                unit_id: question.unit_id,
                generated_at,
                days_requested: question.days,
                days_returned: response.len(),
                start_date_requested: question.start_date,
                start_date_applied: start,
            },
            response,
        }
    }
}
