//! `sloproof` proves, under load, that a service's counters, logs, rules, alerts, dashboards and error budget tell
//! the truth.
//!
//! ```text
//! scenario.yaml ─► Plan ─► load engine ─► Ledger ──────────────┐
//!                            │ (phases, faults)                ▼
//!                            └► observers ─► Evidence ─► checks (pure) ─► Findings ─► Verdict ─► Report
//! rules, dashboards, SLOs ──────────────► collectors ──┘                              json html junit md terminal
//! ```
#![forbid(unsafe_code)]

pub mod app;
pub mod capacity;
pub mod cli;
pub mod dashboards;
pub mod gate;
pub mod ledger;
pub mod load;
pub mod model;
pub mod report;
pub mod rules;
pub mod scenario;
pub mod slo;
pub mod stack;
pub mod telemetry;
pub mod verify;
