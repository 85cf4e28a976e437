//! Sloth's `prometheus/v1`.

mod export;
mod import;
mod rules;
mod spec;

pub use export::export;
pub use import::{import, read};
pub use rules::rules;
pub use spec::{Alert, Alerting, Events, Raw, Sli, SlothSlo, Spec, VERSION};

/// Sloth's own period, where its flag does not say another.
pub const PERIOD: crate::model::Millis = crate::model::Millis(30 * 86_400_000);

/// The name as Sloth has it, where OpenSLO does not allow it.
const NAME: &str = "sloproof/sloth-name";
/// The block `alerting`, as JSON.
const ALERTING: &str = "sloproof/sloth-alerting";

#[cfg(test)]
mod tests;
