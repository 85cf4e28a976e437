//! Collects mistakes of meaning, each at the place of its value.

use std::fmt::Display;

use super::quantity::{self, Remedy};
use super::spec::{DurationText, PercentText, RateText, StatusText};
use crate::model::yaml::{Path, Places};
use crate::model::{Diagnostic, Millis, Source, nearest};

/// A scenario under review.
pub(super) struct Review<'a> {
    pub(super) source: &'a Source,
    pub(super) places: &'a Places,
    pub(super) found: &'a mut Vec<Diagnostic>,
}

impl Review<'_> {
    /// Notes a mistake, unless its value has been complained about already.
    pub(super) fn report(
        &mut self,
        path: &Path,
        message: impl Into<String>,
        finish: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        if !self.places.is_broken(path) {
            let mistake = self.source.mistake(self.places.span(path), message);
            self.found.push(finish(mistake));
        }
    }

    /// Like [`Review::report`], with the caret under a part of the value.
    pub(super) fn report_part(&mut self, path: &Path, part: &str, remedy: Remedy) {
        if !self.places.is_broken(path) {
            let span = self.source.within(self.places.span(path), part);
            self.found
                .push(remedy.dress(|message| self.source.mistake(span, message)));
        }
    }

    /// The value of a quantity, or its stand-in after the mistake was noted.
    fn quantity<T: Default>(&mut self, path: &Path, read: Result<T, Remedy>) -> T {
        read.unwrap_or_else(|remedy| {
            if !self.places.is_broken(path) {
                let span = self.places.span(path);
                self.found
                    .push(remedy.dress(|message| self.source.mistake(span, message)));
            }
            T::default()
        })
    }

    pub(super) fn duration(&mut self, path: &Path, text: &DurationText) -> Millis {
        self.quantity(path, quantity::duration(&text.0))
    }

    /// A duration above zero.
    pub(super) fn length(&mut self, path: &Path, text: &DurationText) -> Millis {
        let before = self.found.len();
        let length = self.duration(path, text);
        if length == Millis(0) && self.found.len() == before {
            let message = format!("{} must be longer than zero", path.field_name());
            self.report(path, message, |d| d);
        }
        length
    }

    pub(super) fn rate(&mut self, path: &Path, text: &RateText) -> f64 {
        self.quantity(path, quantity::rate(&text.0))
    }

    pub(super) fn percent(&mut self, path: &Path, text: &PercentText) -> f64 {
        self.quantity(path, quantity::percent(&text.0))
    }

    pub(super) fn statuses(&mut self, path: &Path, text: &StatusText) -> (u16, u16) {
        self.quantity(path, quantity::statuses(&text.0))
    }

    /// Whether the name of every item of a list could be read: only then is a name that is not among them wrong.
    pub(super) fn names_are_read(&self, list: &Path, count: usize) -> bool {
        !self.places.is_broken(list)
            && (0..count).all(|i| !self.places.is_broken(&list.at(i).at("name")))
    }

    /// Notes that a name is not among the known ones.
    pub(super) fn unknown(&mut self, path: &Path, message: &str, name: &str, known: &[&str]) {
        let (message, near) = match nearest(name, known.iter().copied()) {
            Some(near) => (format!("{message}, did you mean `{near}`?"), true),
            None => (message.to_owned(), false),
        };
        self.report(path, message, |d| {
            if near && known.len() < 2 {
                d
            } else {
                d.known(known)
            }
        });
    }

    /// Notes every name that is given a second time.
    pub(super) fn doubles<T: PartialEq + Display>(&mut self, what: &str, names: &[(T, Path)]) {
        for (i, (name, path)) in names.iter().enumerate() {
            if self.places.is_broken(path) {
                continue;
            }
            if let Some((_, first)) = names[..i].iter().find(|(n, _)| n == name) {
                let line = self.source.mistake(self.places.span(first), "").line;
                self.report(path, format!("{what} `{name}` is named twice"), |d| {
                    d.note("first", format!("line {line}"))
                });
            }
        }
    }
}
