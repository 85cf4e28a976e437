//! How one request is sent and its outcome told.

pub mod pooled;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::model::Outcome;

pub use pooled::PooledClient;

/// A request, fully rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// HTTP method, upper case.
    pub method: String,
    /// Path and query, starting with `/`.
    pub path: String,
    /// Headers, `traceparent` among them.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Option<String>,
}

/// Sends requests. One implementation per transport; the engine knows only this.
pub trait Client: Send + Sync + 'static {
    /// Sends one request and reads the whole response. Never longer than `timeout`; never fails otherwise than by
    /// an outcome.
    fn send(
        &self,
        request: Request,
        timeout: Duration,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + '_>>;
}
