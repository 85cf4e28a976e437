//! Black-box tests of the service: over its router, over sockets, and of the program itself.

#![expect(
    clippy::float_cmp,
    reason = "samples are counts, and whole numbers are exact in f64"
)]

mod binary;
mod bodies;
mod conservation;
mod faults;
mod kv_api;
mod kv_defects;
mod kv_kills;
mod kv_metrics;
mod kv_postgres;
mod kv_seal;
mod logs;
mod metrics;
mod openapi;
mod probes;
mod random_requests;
mod routes;
mod shutdown;
mod stores;
mod support;
mod telemetry_faults;
mod ui;
