//! The reference target service: five profiles, well instrumented, with faults on demand and telemetry
//! that can be made to lie.
//!
//! ```text
//! kv · events · schedule · writer · sidecar     the profiles: domain ◄ store ◄ routes, one folder each
//!        │  profile::Profile
//!        ▼
//! service::Service                              trace → outer faults → measure → catch panic → receive
//!        │                                        → inner faults → deadline → the profile's routes
//!        ▼
//! server::Server                                listeners, connections and their limits, the way down
//! ```
//!
//! `faults` and `telemetry` are layers that know no profile, `database` connects the stores. `config`
//! reads the settings, the binary composes.

#![forbid(unsafe_code)]

pub mod config;
pub mod database;
pub mod drain;
pub mod endpoint;
pub mod events;
pub mod faults;
pub mod http;
pub mod kv;
mod layers;
pub mod process;
pub mod profile;
pub mod schedule;
pub mod server;
pub mod service;
pub mod sidecar;
pub mod telemetry;
pub mod writer;
