//! A value and where it is written.

use crate::model::Span;

/// A value that can be pointed at when it turns out wrong later.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it is written, or the nearest thing around it.
    pub span: Span,
}
