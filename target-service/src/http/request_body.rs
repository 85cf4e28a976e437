//! Reading a request's body to its end, whatever comes of the request.
//!
//! A server that answers before it has read the body must close the connection afterwards. The client
//! then sees a broken connection, often instead of the answer, and the metrics count an answer that
//! nobody got. So the body is read first, even by requests that are going to fail.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, FromRequest as _, Request},
    http::StatusCode,
};
use tokio::time::timeout;

/// Well above every valid body. A longer one ends its connection.
const MAX_BYTES: usize = 1024 * 1024;

/// Time for the client to send it all.
const LIMIT: Duration = Duration::from_secs(10);

/// Why a body was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Longer than any body that the service takes.
    #[error("body must not exceed {MAX_BYTES} bytes")]
    TooLarge,
    /// The connection broke or the framing is wrong.
    #[error("body could not be read")]
    Broken,
    /// Not here in time.
    #[error("body did not arrive within {} seconds", LIMIT.as_secs())]
    TooSlow,
}

/// The whole body.
pub async fn read(body: Body) -> Result<Bytes, BodyError> {
    let mut request = Request::new(body);
    DefaultBodyLimit::max(MAX_BYTES).apply(&mut request);
    match timeout(LIMIT, Bytes::from_request(request, &())).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(refused)) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(BodyError::TooLarge)
        }
        Ok(Err(_broken)) => Err(BodyError::Broken),
        Err(_elapsed) => Err(BodyError::TooSlow),
    }
}
