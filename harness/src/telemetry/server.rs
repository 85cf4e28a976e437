//! One HTTP server that answers JSON: URLs, time limits, one retry, and every failure in words.

use std::error::Error;
use std::future::Future;
use std::time::Duration;

use reqwest::{Client, Response, Url};
use serde_json::Value;

use super::failure::{Cause, ServerError, excerpt};

/// Longest wait for one answer.
const LIMIT: Duration = Duration::from_secs(5);
/// Pause before the second and last attempt.
const PAUSE: Duration = Duration::from_millis(100);

/// A server at a base URL.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    client: Client,
    base: Url,
    shown: String,
    limit: Duration,
}

impl Server {
    /// With the usual time limit.
    pub(crate) fn new(base_url: &str) -> Result<Self, ServerError> {
        Self::with_limit(base_url, LIMIT)
    }

    /// A path in the base URL is kept: `http://host/prom` serves `/prom/api/…`.
    pub(crate) fn with_limit(base_url: &str, limit: Duration) -> Result<Self, ServerError> {
        let bad = |source| ServerError::BadUrl {
            url: base_url.to_owned(),
            source,
        };
        let mut base = Url::parse(base_url).map_err(|e| bad(Some(e.into())))?;
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(bad(None));
        }
        base.set_path(&format!("{}/", base.path().trim_end_matches('/')));
        base.set_query(None);
        let shown = shown(&base).trim_end_matches('/').to_owned();
        let mut builder = Client::builder().timeout(limit).connect_timeout(limit);
        // A proxy for the local machine is never meant, whatever the environment says.
        if matches!(base.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")) {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|e| ServerError::NoClient {
            url: shown.clone(),
            source: e.into(),
        })?;
        Ok(Self {
            client,
            base,
            shown,
            limit,
        })
    }

    /// The base URL without credentials and closing slash.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// The base URL as the HTTP client needs it.
    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    /// The HTTP client, for libraries that bring their own requests.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The URL of a request; `path` has no leading slash.
    pub(crate) fn url(&self, path: &str, params: &[(&str, String)]) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path()));
        if !params.is_empty() {
            url.query_pairs_mut().extend_pairs(params);
        }
        url
    }

    /// Gets JSON; a body with an HTTP error status is `Refused` with the server's words.
    pub(crate) async fn get(&self, url: &Url) -> Result<Value, ServerError> {
        self.attempt(&shown(url), || self.sending(url)).await
    }

    /// Gets JSON in one attempt, for pollers that come again anyway.
    pub(crate) async fn get_once(&self, url: &Url) -> Result<Value, ServerError> {
        self.once(&shown(url), self.sending(url)).await
    }

    async fn sending(&self, url: &Url) -> Result<Response, Cause> {
        self.client
            .get(url.clone())
            .send()
            .await
            .map_err(Cause::from)
    }

    /// Runs a request that `send` makes, a second time if the first failed in a way that may pass.
    pub(crate) async fn attempt<S, F>(&self, asked: &str, send: S) -> Result<Value, ServerError>
    where
        S: Fn() -> F,
        F: Future<Output = Result<Response, Cause>>,
    {
        match self.once(asked, send()).await {
            Err(e) if e.is_transient() => {
                tokio::time::sleep(PAUSE).await;
                self.once(asked, send()).await
            }
            done => done,
        }
    }

    /// Runs a request once: status, body and JSON.
    async fn once<F>(&self, asked: &str, sending: F) -> Result<Value, ServerError>
    where
        F: Future<Output = Result<Response, Cause>>,
    {
        let response = sending.await.map_err(|e| self.broken(asked, e))?;
        let status = response.status();
        let text = response
            .text()
            .await
            .map_err(|e| self.broken(asked, e.into()))?;
        let body = serde_json::from_str::<Value>(&text);
        if status.is_success() {
            return body.map_err(|e| ServerError::NotJson {
                url: asked.to_owned(),
                text: excerpt(&text),
                source: e.into(),
            });
        }
        let said = body
            .ok()
            .and_then(|b| Some(b.get("error")?.as_str()?.to_owned()))
            .unwrap_or(text);
        Err(ServerError::Refused {
            url: asked.to_owned(),
            status: status.as_u16(),
            text: excerpt(&said),
        })
    }

    /// A request without a whole response.
    fn broken(&self, asked: &str, source: Cause) -> ServerError {
        let url = asked.to_owned();
        if timed_out(source.as_ref()) {
            let limit_ms = self.limit.as_millis() as u64;
            return ServerError::TimedOut {
                url,
                limit_ms,
                source,
            };
        }
        ServerError::Unreachable { url, source }
    }
}

/// A URL for people and files: without credentials.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Both fail only for URLs without a host, which have no credentials either.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

/// Whether a time-out of the HTTP client is anywhere in the chain of causes.
fn timed_out(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        if cause
            .downcast_ref::<reqwest::Error>()
            .is_some_and(reqwest::Error::is_timeout)
        {
            return true;
        }
        next = cause.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_that_accepts_and_says_nothing_is_a_time_out() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = Server::with_limit(&base, Duration::from_millis(30)).unwrap();
        let error = server.get(&server.url("x", &[])).await.unwrap_err();
        assert!(matches!(error, ServerError::TimedOut { .. }), "{error:?}");
        assert!(
            error
                .to_string()
                .starts_with(&format!("{base}/x did not answer within 30 ms"))
        );
    }

    #[test]
    fn a_path_in_the_base_url_is_kept() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let server = Server::new("http://me:secret@host:1/prom/?x=1").unwrap();
        let url = server.url("api/v1/query", &[("query", "a+b c".to_owned())]);
        assert_eq!(shown(&url), "http://host:1/prom/api/v1/query?query=a%2Bb+c");
        assert_eq!(server.shown(), "http://host:1/prom");
    }
}
