//! What a profile is given to build itself with.

use prometheus_client::registry::Registry;

use crate::{config::Defects, drain::Drain, faults::Faults, telemetry::Logger};

/// The tools of one service, lent while a profile opens.
pub struct Workshop<'a> {
    /// Takes the profile's own metrics; the common ones are there already.
    pub registry: &'a mut Registry,
    /// For events; request lines are written by the common layers.
    pub logger: Logger,
    /// Begins when the process is told to stop.
    pub drain: Drain,
    /// The faults in force.
    pub faults: Faults,
    /// The defects to have.
    pub defects: Defects,
    /// Seed of everything random.
    pub seed: u64,
}
