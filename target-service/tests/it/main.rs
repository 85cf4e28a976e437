//! Black-box tests of the service: over its router, over sockets, and of the program itself.

#![expect(
    clippy::float_cmp,
    reason = "samples are counts, and whole numbers are exact in f64"
)]

mod binary;
mod bodies;
mod connections;
mod conservation;
mod docs;
mod env_file;
mod events;
mod events_generate;
mod events_kill;
mod events_random;
mod events_restart;
mod events_settings;
mod events_stores;
mod faults;
mod faults_api;
mod faults_inner;
mod faults_of_health;
mod faults_of_resources;
mod faults_on_the_wire;
mod log_formats;
mod log_lies;
mod logs;
mod metrics;
mod probes;
mod random_requests;
mod rate_limit;
mod routes;
mod shutdown;
mod sidecar;
mod stores;
mod support;
mod telemetry_faults;
mod traces;
