//! Time series as Prometheus and Loki answer them, freed of their wire format.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::quantity::Timestamp;

/// Label names and values, sorted by name.
pub type Labels = BTreeMap<String, String>;

/// One value at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// When.
    pub at: Timestamp,
    /// The value; `None` stands for NaN and infinities, which JSON cannot hold and no check may count.
    pub value: Option<f64>,
}

/// A labelled series; an instant answer has one point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Its labels, without `__name__` where the engine left it out.
    pub labels: Labels,
    /// Points in time order.
    pub points: Vec<Point>,
}

impl Series {
    /// The value of one label, or the empty string, as PromQL sees an absent label.
    pub fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }

    /// The last finite value.
    pub fn last(&self) -> Option<f64> {
        self.points.iter().rev().find_map(|p| p.value)
    }
}
