//! The local telemetry stack: real Prometheus, Alertmanager and Loki and the service under test, as
//! native processes on loopback, without a container engine.
//!
//! What crosses the border: [`StackConfig`] in; [`Progress`] events, a [`State`] document and a
//! [`Status`] out. Nothing here prints; nothing here judges. Processes are owned by one [`Stack`]
//! value, either of the caller (ephemeral, gone with the value) or of a supervisor process that
//! [`detach`] starts and [`down`] ends.
//!
//! The way of a stack: [`tools::locate`] → [`recover`] → [`up`] (or [`detach`] → [`supervise`]) →
//! [`install_rules`] → [`status`] → [`Stack::stop`] or [`down`].
//!
//! Needs Linux: processes are identified through `/proc`.

mod boot;
mod child;
mod component;
mod config;
mod detach;
mod down;
mod error;
mod http;
mod layout;
mod log;
mod places;
mod ports;
mod process;
mod progress;
mod readiness;
mod recover;
mod render;
mod rules;
mod running;
mod ship;
pub mod state;
mod status;
mod supervise;
mod target;
pub mod tools;

pub use boot::up;
pub use child::ChildError;
pub use component::Component;
pub use config::StackConfig;
pub use detach::{Detached, detach};
pub use down::{Down, down};
pub use error::StackError;
pub use layout::LayoutError;
pub use places::Places;
pub use process::ProcessRef;
pub use progress::{OnProgress, Progress};
pub use recover::{recover, sweep};
pub use rules::{RuleFile, RulesError, install_rules};
pub use running::Stack;
pub use ship::Shipping;
pub use state::State;
pub use status::{ComponentStatus, Health, Link, Status, status};
pub use supervise::{OnExit, supervise};
pub use target::{TargetConfig, TargetError, find_target};
