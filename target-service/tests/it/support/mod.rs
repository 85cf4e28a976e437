//! A target without sockets, and what is needed to look at it.

mod browser;
mod events;
mod keep_alive;
mod postgres;
mod process;
mod program;
mod raw_http;
mod requests;
mod running;
mod scrape;
mod stores;
mod target;
mod writers;

pub(crate) use browser::Browser;
pub(crate) use events::{NoStore, SlowStore, events_target};
pub(crate) use keep_alive::KeepAlive;
pub(crate) use postgres::Postgres;
pub(crate) use process::{Process, output, program};
pub(crate) use program::Program;
pub(crate) use raw_http::raw_http;
pub(crate) use requests::{Wish, requests};
pub(crate) use running::Running;
pub(crate) use scrape::Scrape;
pub(crate) use stores::{BrokenStore, GatedStore, StuckStore};
pub(crate) use target::{Parts, Target, kv_in_memory};
pub(crate) use writers::{Writers, assert_kept};

pub(crate) const ENTRY: &str = "/v1/kv/{key}";
