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
mod ui_service;
mod writers;

pub(crate) use browser::Browser;
pub(crate) use keep_alive::KeepAlive;
pub(crate) use kv_process::KvProcess;
pub(crate) use postgres::Postgres;
pub(crate) use raw_http::raw_http;
pub(crate) use requests::{Wish, requests};
pub(crate) use scrape::Scrape;
pub(crate) use stores::{BrokenStore, GatedStore, StuckStore};
pub(crate) use target::{Parts, Target};
pub(crate) use ui_service::UiService;
pub(crate) use writers::{Writers, assert_kept};

pub(crate) const ENTRY: &str = "/v1/kv/{key}";
