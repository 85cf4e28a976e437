//! Black-box tests of the service: over its router, over sockets, and of the program itself.

#![expect(
    clippy::float_cmp,
    reason = "samples are counts, and whole numbers are exact in f64"
)]

mod binary;
mod bodies;
mod conservation;
mod docs;
mod events;
mod events_generate;
mod events_kill;
mod events_random;
mod events_restart;
mod events_settings;
mod events_stores;
mod faults;
mod logs;
mod metrics;
mod probes;
mod random_requests;
mod routes;
mod shutdown;
mod stores;
mod support;
mod telemetry_faults;
