//! What a client asks for, and what of it cannot be understood.

use std::num::IntErrorKind;

use jiff::civil::Date;

use super::Version;

const DEFAULT_DAYS: i64 = 15;

/// Whose schedule, where, from when and for how long; as asked, with defaults for what was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Number of the professional, known or not.
    pub professional_id: i64,
    /// Number of the unit, known or not.
    pub unit_id: i64,
    /// Number of days, in bounds or not.
    pub days: i64,
    /// First day; today when absent.
    pub start_date: Option<Date>,
}

/// A parameter that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    /// Its name.
    pub parameter: &'static str,
    /// What it should have been.
    pub reason: Reason,
    /// What it was.
    pub input: String,
}

/// What a parameter should have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A whole number.
    Integer,
    /// A day of the calendar as `YYYY-MM-DD`.
    Date,
}

impl Question {
    /// Reads name and value pairs. What is missing or cannot be understood has its default; the latter is
    /// told as well, in the order of the fields. Of a name that comes twice the last value counts, unknown
    /// names are passed over.
    pub fn read(version: Version, pairs: &[(String, String)]) -> (Self, Vec<Misread>) {
        let mut misread = Vec::new();
        let mut integer = |parameter, default| {
            read(pairs, parameter, Reason::Integer, integer, &mut misread).unwrap_or(default)
        };
        let professional_id = integer("professional_id", version.default_professional());
        let unit_id = integer("unit_id", version.default_unit());
        let days = integer("days", DEFAULT_DAYS);
        let start_date = read(pairs, "start_date", Reason::Date, date, &mut misread);
        let question = Self {
            professional_id,
            unit_id,
            days,
            start_date,
        };
        (question, misread)
    }
}

fn read<T>(
    pairs: &[(String, String)],
    parameter: &'static str,
    reason: Reason,
    parse: impl Fn(&str) -> Option<T>,
    misread: &mut Vec<Misread>,
) -> Option<T> {
    let (_, input) = pairs.iter().rev().find(|(name, _)| name == parameter)?;
    let value = parse(input);
    if value.is_none() {
        misread.push(Misread {
            parameter,
            reason,
            input: input.clone(),
        });
    }
    value
}

/// Numbers too large to hold are numbers all the same: they end up at a bound or a fallback like any other.
fn integer(text: &str) -> Option<i64> {
    match text.trim().parse::<i64>() {
        Ok(number) => Some(number),
        Err(error) => match error.kind() {
            IntErrorKind::PosOverflow => Some(i64::MAX),
            IntErrorKind::NegOverflow => Some(i64::MIN),
            _ => None,
        },
    }
}

/// Exactly ten characters: the calendar library would take more spellings than the interface promises.
fn date(text: &str) -> Option<Date> {
    let shape = |(i, byte): (usize, u8)| match i {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    let shaped = text.len() == 10 && text.bytes().enumerate().all(shape);
    shaped.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(version: Version, pairs: &[(&str, &str)]) -> (Question, Vec<&'static str>) {
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        let pairs: Vec<_> = pairs.iter().map(owned).collect();
        let (question, misread) = Question::read(version, &pairs);
        (question, misread.iter().map(|m| m.parameter).collect())
    }

    #[test]
    fn each_version_has_defaults_of_its_own() {
        let ids = |version| {
            let (question, misread) = read(version, &[]);
            assert!(misread.is_empty() && question.days == 15 && question.start_date.is_none());
            (question.professional_id, question.unit_id)
        };
        assert_eq!(ids(Version::V1), (2684, 901));
        assert_eq!(ids(Version::V2), (4102, 108));
    }

    #[test]
    fn every_parameter_that_cannot_be_understood_is_told_in_order() {
        let (question, misread) = read(
            Version::V2,
            &[
                ("start_date", "2026-02-29"),
                ("days", ""),
                ("unit_id", "1.5"),
                ("professional_id", "abc"),
                ("other", "?"),
            ],
        );
        let all = ["professional_id", "unit_id", "days", "start_date"];
        assert_eq!(misread, all);
        assert_eq!(
            question,
            read(Version::V2, &[]).0,
            "defaults in their place"
        );
    }

    #[test]
    fn the_last_value_counts_and_large_numbers_are_numbers() {
        let (question, misread) = read(
            Version::V1,
            &[
                ("days", "x"),
                ("days", " 20 "),
                ("unit_id", "99999999999999999999"),
                ("professional_id", "-99999999999999999999"),
            ],
        );
        assert!(misread.is_empty());
        assert_eq!(question.days, 20);
        assert_eq!(question.unit_id, i64::MAX);
        assert_eq!(question.professional_id, i64::MIN);
    }

    #[test]
    fn a_date_has_exactly_one_spelling() {
        assert_eq!(date("2028-02-29"), Some(jiff::civil::date(2028, 2, 29)));
        for text in [
            "20280229",
            "2028-2-29",
            "2028-02-29T10:00",
            "+02028-02",
            "2028-13-01",
            "ä028-01-0",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
