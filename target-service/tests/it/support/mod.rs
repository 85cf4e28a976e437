//! A target without sockets, and what is needed to look at it.

mod events;
mod instance;
mod postgres;
mod program;
mod raw_http;
mod running;
mod scrape;
mod stores;
mod target;

pub(crate) use events::{NoStore, SlowStore, events_target};
pub(crate) use instance::{Instance, output, program};
pub(crate) use postgres::Postgres;
pub(crate) use program::Program;
pub(crate) use raw_http::raw_http;
pub(crate) use running::Running;
pub(crate) use scrape::Scrape;
pub(crate) use stores::{BrokenStore, GatedStore, StuckStore};
pub(crate) use target::{Parts, Target, kv_in_memory};

pub(crate) const ENTRY: &str = "/v1/kv/{key}";
