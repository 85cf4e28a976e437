//! Prometheus, asked through its HTTP API.
//!
//! Instant queries and rules go through the client library. Range queries and formatting do not: the library takes whole
//! seconds for a range, and does not know the formatter.

mod request;

use prometheus_http_query::Client;

use super::failure::{Cause, ServerError};
use super::server::{Server, shown};
use super::source::{Asking, Reply, Source};
use super::spelling::collapse_whitespace;
use super::wire::answer::{Request, not_mine, reply, rules_of};
use crate::model::{Millis, Question, Timeline};

/// How far before the baseline raw samples are read when nothing else is said: two scrapes at the common 15 s.
const LOOKBACK: Millis = Millis(30_000);

/// One Prometheus.
#[derive(Clone)]
pub struct PrometheusSource {
    server: Server,
    api: Client,
    lookback: Millis,
}

impl std::fmt::Debug for PrometheusSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PrometheusSource")
            .field(&self.server.shown())
            .finish()
    }
}

impl PrometheusSource {
    /// Nothing is sent yet. A process-wide TLS provider must be installed before.
    pub fn new(base_url: &str) -> Result<Self, ServerError> {
        let server = Server::new(base_url)?;
        // The library puts a slash of its own behind a base path.
        let base = server.base().as_str().trim_end_matches('/');
        let api = Client::from(server.client().clone(), base).map_err(|e| ServerError::BadUrl {
            url: server.shown().to_owned(),
            source: Some(e.into()),
        })?;
        Ok(Self {
            server,
            api,
            lookback: LOOKBACK,
        })
    }

    /// Reads raw samples from this long before the baseline. It must be longer than a scrape interval, so that at least
    /// one sample lies at or before the baseline.
    pub fn with_lookback(mut self, lookback: Millis) -> Self {
        self.lookback = lookback;
        self
    }

    async fn send(&self, request: Request) -> Reply {
        let url = self.server.url(request.path, &request.params);
        let asked = shown(&url);
        let body = match request.path {
            // The library's query always says when; one that must not goes the plain way.
            request::INSTANT if !param(&request, "time").is_empty() => {
                let query = || {
                    let start = self.api.query(param(&request, "query"));
                    start.query("time", param(&request, "time")).get_raw()
                };
                let send = || async { query().await.map_err(Cause::from) };
                self.server.attempt(&asked, send).await
            }
            request::RULES => {
                let send = || async { self.api.rules().get_raw().await.map_err(Cause::from) };
                self.server.attempt(&asked, send).await
            }
            _ => self.server.get(&url).await,
        };
        let mut reply = reply(&self.server, asked, request.shape, body);
        // Rules are shown in the formatter's spelling, but on one line.
        for rule in rules_of(&mut reply.answer) {
            rule.expr = collapse_whitespace(&rule.expr);
        }
        reply
    }
}

/// A parameter of a request made in this module; all that are read here are there.
fn param<'a>(request: &'a Request, name: &str) -> &'a str {
    let found = request.params.iter().find(|(key, _)| *key == name);
    found.map_or("", |(_, value)| value)
}

impl Source for PrometheusSource {
    fn base_url(&self) -> &str {
        self.server.shown()
    }

    fn ask<'a>(&'a self, question: &'a Question, timeline: &'a Timeline) -> Asking<'a> {
        Box::pin(async move {
            match request::of(question, timeline, self.lookback) {
                Some(request) => self.send(request).await,
                None => not_mine(&self.server, "Prometheus"),
            }
        })
    }
}
