//! What every reader of a document has at hand: the file, the places, and where complaints go.

use super::placed::Placed;
use crate::model::yaml::{Path, Places};
use crate::model::{Diagnostic, Source, Span};

/// One document being read.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Source,
    pub(super) places: &'a Places,
    pub(super) found: &'a mut Vec<Diagnostic>,
    pub(super) notices: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// A mistake; nothing when the shape of this place was told already. Empty labels and hints are left out.
    pub(super) fn report(
        &mut self,
        path: &Path,
        message: impl Into<String>,
        label: &str,
        hint: &str,
    ) {
        if !self.places.is_broken(path) {
            let told = self.told(path, message.into(), label, hint);
            self.found.push(told);
        }
    }

    /// Something worth knowing about a file that is right.
    pub(super) fn notice(&mut self, path: &Path, message: impl Into<String>, hint: &str) {
        if !self.places.is_broken(path) {
            let told = self.told(path, message.into(), "", hint).warning();
            self.notices.push(told);
        }
    }

    fn told(&self, path: &Path, message: String, label: &str, hint: &str) -> Diagnostic {
        let mut told = self.source.mistake(self.places.span(path), message);
        if !label.is_empty() {
            told = told.label(label);
        }
        if !hint.is_empty() {
            told = told.hint(hint);
        }
        told
    }

    pub(super) fn span(&self, path: &Path) -> Span {
        self.places.span(path)
    }

    pub(super) fn place<T>(&self, path: &Path, value: T) -> Placed<T> {
        Placed {
            value,
            span: self.places.span(path),
        }
    }

    pub(super) fn is_broken(&self, path: &Path) -> bool {
        self.places.is_broken(path)
    }
}
