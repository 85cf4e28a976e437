//! The first client: reqwest's connection pool. Correct and TLS-capable; not the fastest.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use super::{Client, Request};
use crate::model::Outcome;

/// Why a client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The HTTP library refused its configuration.
    #[error("cannot set up the HTTP client for {base}")]
    SetUp {
        /// The target's base URL.
        base: String,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
}

/// Sends to one base URL over pooled HTTP/1.1 connections.
#[derive(Debug, Clone)]
pub struct PooledClient {
    http: reqwest::Client,
    base: String,
}

impl PooledClient {
    /// A client for a base URL without a trailing slash, keeping up to `connections` idle ones.
    pub fn new(base: &str, connections: u32) -> Result<Self, ClientError> {
        let http = reqwest::Client::builder()
            .pool_max_idle_per_host(connections as usize)
            // A redirect is an outcome of the route under test, not an invitation to test another one.
            .redirect(reqwest::redirect::Policy::none())
            // The target is addressed directly: a proxy of the environment would be measured with it.
            .no_proxy()
            .build()
            .map_err(|source| ClientError::SetUp {
                base: base.to_owned(),
                source,
            })?;
        Ok(Self {
            http,
            base: base.trim_end_matches('/').to_owned(),
        })
    }

    async fn exchange(&self, request: Request) -> Result<Outcome, reqwest::Error> {
        let method =
            reqwest::Method::from_bytes(request.method.as_bytes()).unwrap_or(reqwest::Method::GET);
        let mut builder = self
            .http
            .request(method, format!("{}{}", self.base, request.path));
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let mut response = builder.send().await?;
        let status = response.status().as_u16();
        let mut bytes = 0;
        while let Some(chunk) = response.chunk().await? {
            bytes += chunk.len() as u64;
        }
        Ok(Outcome::Completed { status, bytes })
    }
}

impl Client for PooledClient {
    fn send(
        &self,
        request: Request,
        timeout: Duration,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + '_>> {
        Box::pin(async move {
            match tokio::time::timeout(timeout, self.exchange(request)).await {
                Err(_) => Outcome::TimedOut,
                Ok(Ok(outcome)) => outcome,
                Ok(Err(error)) if error.is_connect() => Outcome::ConnectFailed,
                Ok(Err(error)) => Outcome::Broken {
                    why: innermost(&error),
                },
            }
        })
    }
}

/// The last error of a chain: the one that names the cause rather than the layer.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    fn request() -> Request {
        Request {
            method: "GET".into(),
            path: "/".into(),
            headers: vec![],
            body: None,
        }
    }

    /// What the client makes of a server that answers each connection with these bytes and closes it.
    async fn outcome_of(answer: &'static [u8]) -> Outcome {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut buffer = [0; 1024];
                let _ = stream.read(&mut buffer).await;
                let _ = stream.write_all(answer).await;
            }
        });
        PooledClient::new(&base, 1)
            .unwrap()
            .send(request(), Duration::from_secs(5))
            .await
    }

    #[tokio::test]
    async fn a_whole_response_is_completed() {
        let outcome =
            outcome_of(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\nno").await;
        assert_eq!(
            outcome,
            Outcome::Completed {
                status: 503,
                bytes: 2
            }
        );
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let outcome =
            outcome_of(b"HTTP/1.1 302 Found\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n").await;
        assert_eq!(
            outcome,
            Outcome::Completed {
                status: 302,
                bytes: 0
            }
        );
    }

    #[tokio::test]
    async fn a_truncated_body_and_garbage_are_broken() {
        for answer in [
            &b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nno"[..],
            b"gibberish\r\n\r\n",
        ] {
            assert!(matches!(outcome_of(answer).await, Outcome::Broken { .. }));
        }
    }

    #[tokio::test]
    async fn a_refused_connection_is_connect_failed() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let outcome = PooledClient::new(&base, 1)
            .unwrap()
            .send(request(), Duration::from_secs(5))
            .await;
        assert_eq!(outcome, Outcome::ConnectFailed);
    }

    #[tokio::test]
    async fn silence_is_timed_out() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let outcome = PooledClient::new(&base, 1)
            .unwrap()
            .send(request(), Duration::from_millis(20))
            .await;
        assert_eq!(outcome, Outcome::TimedOut);
        drop(listener);
    }
}
