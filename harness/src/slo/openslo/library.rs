//! The documents of a file by name, for those that refer to them.

use std::collections::BTreeMap;

use super::alerting::{AlertCondition, AlertPolicy};
use super::sli::{Kinds, Sli};

/// What can be referred to. `None` stands for a document with mistakes: its name is known, and they have been told.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Library {
    pub(super) kinds: Kinds,
    pub(super) indicators: BTreeMap<String, Option<Sli>>,
    pub(super) targets: BTreeMap<String, String>,
    pub(super) conditions: BTreeMap<String, Option<AlertCondition>>,
    pub(super) policies: BTreeMap<String, Option<AlertPolicy>>,
}
