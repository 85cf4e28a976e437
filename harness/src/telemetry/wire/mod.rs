//! The JSON that Prometheus and Loki share: envelope, results, rules, alerts. Pure, so that a kept body can be read again.

pub(crate) mod alerts;
pub(crate) mod answer;
pub(crate) mod envelope;
pub(crate) mod result;
pub(crate) mod rules;
