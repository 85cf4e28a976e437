//! The service behind the sidecar.

use std::time::Duration;

use axum::{
    body::Body,
    extract::Request,
    http::{
        HeaderMap, HeaderValue, Method, Uri, Version,
        header::{CONTENT_LENGTH, TRANSFER_ENCODING},
    },
    response::Response,
};
use http_body::Body as _;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use tokio::net::TcpStream;

use super::{
    builtin::Builtin,
    settings::{BaseUrl, UpstreamAddress},
    upload::Upload,
};
use crate::{config::Defects, profile::TaskError};

/// Below the 5 s after which common servers close an idle connection: a request on a connection that is
/// being closed would fail.
const IDLE: Duration = Duration::from_secs(4);

/// Where requests go.
#[derive(Debug)]
pub(super) enum Upstream {
    Builtin(Builtin),
    Remote {
        base: BaseUrl,
        client: Client<HttpConnector, Upload>,
    },
}

/// What is sent.
pub(super) struct Outgoing {
    pub(super) method: Method,
    /// As the client wrote it.
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Upload,
}

impl Upstream {
    pub(super) fn new(address: &UpstreamAddress, timeout: Duration, defects: &Defects) -> Self {
        match address {
            UpstreamAddress::Builtin => Self::Builtin(Builtin::new(defects)),
            UpstreamAddress::Url(base) => {
                let mut connector = HttpConnector::new();
                connector.set_nodelay(true);
                connector.set_connect_timeout(Some(timeout));
                let client = Client::builder(TokioExecutor::new())
                    .pool_timer(TokioTimer::new())
                    .pool_idle_timeout(IDLE)
                    .build(connector);
                Self::Remote {
                    base: base.clone(),
                    client,
                }
            }
        }
    }

    /// The head of the answer, with its body still to come.
    pub(super) async fn send(&self, outgoing: Outgoing) -> Result<Response, TaskError> {
        match self {
            Self::Builtin(builtin) => {
                let path = mapped_path(&outgoing.uri);
                let answer = builtin.answer(&outgoing.method, path).await;
                outgoing.body.drain().await;
                Ok(answer)
            }
            Self::Remote { base, client } => {
                let request = outgoing.into_request(base)?;
                let mut response = client.request(request).await?.map(Body::new);
                // Of this hop, not of the upstream's: a client of HTTP/1.1 keeps its connection.
                *response.version_mut() = Version::HTTP_11;
                Ok(response)
            }
        }
    }

    /// Whether a connection can be had. Not a request: the upstream would count it.
    pub(super) async fn check(&self) -> Result<(), std::io::Error> {
        match self {
            Self::Builtin(_) => Ok(()),
            Self::Remote { base, .. } => {
                TcpStream::connect((base.host.as_str(), base.port)).await?;
                Ok(())
            }
        }
    }
}

impl Outgoing {
    fn into_request(mut self, base: &BaseUrl) -> Result<Request<Upload>, TaskError> {
        let query = self.uri.query().map(|query| format!("?{query}"));
        let path = mapped_path(&self.uri);
        let uri = format!("{}{path}{}", base.text, query.unwrap_or_default());
        if self.body.size_hint().exact().is_none() {
            // Without it the body of a GET would not be sent; with a length beside it, two servers could
            // disagree on where the request ends.
            let chunked = HeaderValue::from_static("chunked");
            self.headers.remove(CONTENT_LENGTH);
            self.headers.insert(TRANSFER_ENCODING, chunked);
        }
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = uri.parse()?;
        *request.headers_mut() = self.headers;
        Ok(request)
    }
}

/// The one path of the original that is not the upstream's.
fn mapped_path(uri: &Uri) -> &str {
    match uri.path() {
        "/proxy" => "/",
        path => path,
    }
}
