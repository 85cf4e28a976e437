//! The telemetry module against fakes of the servers' HTTP APIs, and against the real ones where they are installed.

mod collect;
mod contract;
mod failures;
mod fake;
mod observe;
mod probe;
mod real;
mod receiver;
mod settle;
