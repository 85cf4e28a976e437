//! The few requests that the generator makes.

use std::time::Duration;

use axum::{
    body::Bytes,
    http::{Method, Request, StatusCode, uri::InvalidUri},
};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::{
    client::legacy::{Client as Pool, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::time::timeout;

use super::BaseUrl;
use crate::events::{domain::Event, routes::Stats};

/// Longer than the service's own limit, so that its answer is what is counted.
const LIMIT: Duration = Duration::from_secs(15);

/// Keeps connections open; clones share them.
#[derive(Clone)]
pub(super) struct Client {
    base: BaseUrl,
    pool: Pool<HttpConnector, Empty<Bytes>>,
}

/// Why there is no answer, or not the right one.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is too long; nothing else can be wrong with it.
    #[error("the address is not valid")]
    Address(#[from] InvalidUri),
    /// No connection, or it broke.
    #[error(transparent)]
    Connection(#[from] hyper_util::client::legacy::Error),
    /// It broke in the middle of the answer.
    #[error("the answer broke off")]
    Body(#[from] hyper::Error),
    /// Nothing came.
    #[error("no answer within {} seconds", LIMIT.as_secs())]
    TooSlow,
    /// Something else is listening there.
    #[error("answered {0}")]
    Status(StatusCode),
    /// Something else is listening there.
    #[error("answered with something else than sums")]
    NoStats(#[from] serde_json::Error),
}

impl Client {
    pub(super) fn new(base: BaseUrl) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            base,
            pool: Pool::builder(TokioExecutor::new()).build(connector),
        }
    }

    /// Any 2xx is an acknowledgement: others answer with 200 or 202.
    pub(super) async fn put(&self, event: &Event) -> Result<(), ClientError> {
        let (domain, kind) = (event.domain.as_str(), event.kind);
        let path = format!("/events/{domain}/{kind}");
        self.call(Method::PUT, &path).await.map(drop)
    }

    pub(super) async fn stats(&self) -> Result<Stats, ClientError> {
        let body = self.call(Method::GET, "/stats").await?;
        Ok(serde_json::from_slice(&body)?)
    }

    async fn call(&self, method: Method, path: &str) -> Result<Bytes, ClientError> {
        let mut request = Request::new(Empty::new());
        *request.method_mut() = method;
        *request.uri_mut() = format!("{}{path}", self.base).parse()?;
        let answer = async {
            let answer = self.pool.request(request).await?;
            let status = answer.status();
            // Read to its end, so that the connection can be used again.
            let body = answer.into_body().collect().await?.to_bytes();
            if status.is_success() {
                Ok(body)
            } else {
                Err(ClientError::Status(status))
            }
        };
        timeout(LIMIT, answer)
            .await
            .map_err(|_elapsed| ClientError::TooSlow)?
    }
}
