//! What a check wants to know, in a form that can be collected once and kept.

use serde::{Deserialize, Serialize};

use super::quantity::Millis;
use super::rule::Engine;

/// A moment of the run, named so that a question can be written before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Just before the first arrival.
    Baseline,
    /// After the telemetry caught up with the last response.
    Settled,
}

/// One thing to ask one server; equal questions are asked once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// The raw samples of a PromQL series selector from before the baseline to the settled moment.
    /// Answer: `Reading::Series`.
    PromSamples {
        /// A plain instant-vector selector.
        selector: String,
    },
    /// A PromQL instant query. Answer: `Reading::Series` with one point each.
    PromInstant {
        /// The expression.
        query: String,
        /// When it is evaluated.
        at: Moment,
    },
    /// A PromQL range query from the start of the load to the settled moment. Answer: `Reading::Series`.
    PromRange {
        /// The expression.
        query: String,
        /// Resolution.
        step: Millis,
    },
    /// Lines that a LogQL log selector matches between baseline and settled, counted per value of `by`.
    /// Answer: `Reading::Series` with one point each.
    LokiCount {
        /// A log query: selector, parsers and filters.
        selector: String,
        /// Labels to group by.
        by: Vec<String>,
    },
    /// A LogQL metric query over the same span as `PromRange`. Answer: `Reading::Series`.
    LokiRange {
        /// The expression.
        query: String,
        /// Resolution.
        step: Millis,
    },
    /// The rules a ruler has loaded. Answer: `Reading::Rules`.
    LoadedRules {
        /// Whose.
        engine: Engine,
    },
    /// The engine's own canonical spelling of an expression. Answer: `Reading::Text`.
    CanonicalQuery {
        /// Whose.
        engine: Engine,
        /// The expression as written.
        query: String,
    },
    /// What the observer saw of a ruler's alerts during the run. Answer: `Reading::Alerts`.
    AlertStates {
        /// Whose.
        engine: Engine,
    },
    /// What reached the webhook receiver. Answer: `Reading::Notifications`.
    Notifications,
    /// Which time it is for Prometheus. Answer: `Reading::Series` with one point: at this machine's time just before
    /// the question went out, the server's time in Unix seconds. The evidence's own time is when the answer came.
    PromClock,
}
