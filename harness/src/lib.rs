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

pub mod dashboards;
pub mod ledger;
pub mod model;
pub mod report;
pub mod rules;
pub mod scenario;
pub mod slo;
pub mod telemetry;
pub mod verify;
