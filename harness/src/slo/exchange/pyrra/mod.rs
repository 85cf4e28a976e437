//! Pyrra's `pyrra.dev/v1alpha1`.

mod export;
mod import;
mod queries;
mod rules;
mod spec;
mod window;

pub use export::export;
pub use import::{import, read};
pub use rules::rules;
pub use spec::{
    Alerting, BoolGauge, Indicator, Latency, LatencyNative, Metric, PyrraSlo, PyrraSpec, Ratio,
};

/// The document as Pyrra has it, as JSON, where OpenSLO has no field for a part of it.
const KEPT: &str = "sloproof/pyrra";

#[cfg(test)]
mod tests;
