//! A target without sockets, and what is needed to look at it.

mod browser;
mod keep_alive;
mod kv_process;
mod postgres;
mod raw_http;
mod requests;
mod scrape;
mod stores;
mod target;

pub(crate) use browser::Browser;
pub(crate) use keep_alive::KeepAlive;
pub(crate) use kv_process::KvProcess;
#[expect(unused_imports, reason = "for the stores")]
pub(crate) use postgres::Postgres;
pub(crate) use raw_http::raw_http;
pub(crate) use requests::{Wish, requests};
pub(crate) use scrape::Scrape;
pub(crate) use stores::{BrokenStore, GatedStore, StuckStore};
pub(crate) use target::{Parts, Target};

pub(crate) const ENTRY: &str = "/v1/kv/{key}";
