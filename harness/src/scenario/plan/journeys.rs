//! Journeys of virtual users, and the files of values that requests are filled from.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::extract::Extract;
use crate::model::Millis;

/// A journey: routes of the plan that one virtual user asks in order.
///
/// An arrival of the first step's route plans one request for each step; the other steps have no weight of their own,
/// so that the schedule never draws them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    /// Its name in this scenario.
    pub name: String,
    /// Index of its first step among the plan's routes; the others follow it.
    pub first: usize,
    /// Its steps, at least one.
    pub steps: Vec<Step>,
}

/// What a step adds to its route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Waiting before it, from the end of the step before; of the first step, nothing.
    pub think: Millis,
    /// Values of its reply for later steps, with the names of their placeholders.
    pub extract: Vec<(String, Extract)>,
}

/// A file of values; column `c` of feeder `f` is the placeholder `{f.c}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeederPlan {
    /// Its name in placeholders.
    pub name: String,
    /// As named in the scenario.
    pub file: String,
    /// Which row an arrival gets.
    pub order: Order,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Values by row and column, at least one row. Not kept with the run: verifying needs none of them, and they may be
    /// secret.
    #[serde(skip)]
    pub rows: Arc<Vec<Vec<Vec<u8>>>>,
}

/// Which row an arrival gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// One after the other, and again from the first.
    Sequence,
    /// Each as likely as any other, by the seed.
    Random,
    /// One after the other, none a second time.
    Once,
}

impl FeederPlan {
    /// The placeholder of a column, without its braces.
    pub fn placeholder(&self, column: usize) -> String {
        format!("{}.{}", self.name, self.columns[column])
    }
}
