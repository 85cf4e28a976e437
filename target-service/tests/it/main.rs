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
mod faults;
mod log_formats;
mod log_lies;
mod logs;
mod metrics;
mod probes;
mod random_requests;
mod rate_limit;
mod routes;
mod schedule;
mod schedule_program;
mod schedule_random;
mod shutdown;
mod stores;
mod support;
mod telemetry_faults;
mod traces;
mod writer;
mod writer_database;
mod writer_program;
