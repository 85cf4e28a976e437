//! Black-box tests of the service: over its router, over sockets, and of the program itself.

#![expect(
    clippy::float_cmp,
    reason = "samples are counts, and whole numbers are exact in f64"
)]

mod binary;
mod bodies;
mod connections;
mod conservation;
mod dialect;
mod docs;
mod env_file;
mod events;
mod events_generate;
mod events_kill;
mod events_random;
mod events_restart;
mod events_settings;
mod events_stores;
mod exposition;
mod faults;
mod faults_api;
mod faults_inner;
mod faults_of_health;
mod faults_of_resources;
mod faults_on_the_wire;
mod faults_page;
mod kv_api;
mod kv_defects;
mod kv_kills;
mod kv_metrics;
mod kv_postgres;
mod kv_seal;
mod log_formats;
mod log_lies;
mod logs;
mod metric_lies;
mod metrics;
mod openapi;
mod probes;
mod random_requests;
mod rate_limit;
mod rooms;
mod routes;
mod schedule;
mod schedule_program;
mod schedule_random;
mod shutdown;
mod sidecar;
mod stores;
mod support;
mod telemetry_faults;
mod traces;
mod ui;
mod writer;
mod writer_database;
mod writer_program;
