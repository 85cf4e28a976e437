//! The way of spans to the collector, off the path of the request.

use std::{mem, sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    http::{Request, Uri, header::CONTENT_TYPE},
};
use http_body_util::Full;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use prometheus_client::metrics::counter::Counter;
use serde_json::json;
use tokio::{
    sync::{Notify, mpsc, oneshot},
    time::{sleep, timeout},
};

use super::{
    Identity, Level, Logger,
    span::{Span, export_request},
};

/// Spans that wait at most; some 2 MB.
const QUEUE: usize = 8192;
/// Spans in one request to the collector, at most.
const BATCH: usize = 512;
/// How long spans gather.
const GATHER: Duration = Duration::from_millis(200);
/// Longest time of one request to the collector.
const POST_LIMIT: Duration = Duration::from_secs(5);
/// Longest wait for the last spans at the end of the process.
const FLUSH_LIMIT: Duration = Duration::from_secs(2);

/// A bounded queue in front of a task that posts batches as OTLP over HTTP, in JSON. A full queue loses
/// spans and so does a collector that cannot be reached; both are counted. A batch is sent once.
#[derive(Debug, Clone)]
pub struct SpanExporter {
    queue: mpsc::Sender<Job>,
    hurry: Arc<Notify>,
    dropped: Counter,
}

#[derive(Debug)]
enum Job {
    Span(Box<Span>),
    /// Answered once every span before it is sent or lost.
    Flush(oneshot::Sender<()>),
}

impl SpanExporter {
    /// Starts the task, which ends with the last exporter. `endpoint` is the address of the collector
    /// without `/v1/traces`. A first failure is told to `logger`, later ones are only counted.
    ///
    /// # Panics
    ///
    /// Outside a runtime.
    pub fn start(endpoint: &CollectorUrl, identity: Identity, logger: Logger) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let exporter = Self {
            queue,
            hurry: Arc::default(),
            dropped: Counter::default(),
        };
        let post = Post {
            client: Client::builder(TokioExecutor::new()).build_http(),
            uri: endpoint.0.clone(),
            identity,
            dropped: exporter.dropped.clone(),
            logger,
            warned: false,
        };
        tokio::spawn(run(jobs, Arc::clone(&exporter.hurry), post));
        exporter
    }

    /// Counts the spans that are lost.
    pub fn dropped(&self) -> &Counter {
        &self.dropped
    }

    /// Queues one span. Never waits.
    pub(super) fn send(&self, span: Span) {
        if self.queue.try_send(Job::Span(Box::new(span))).is_err() {
            self.dropped.inc();
        }
    }

    /// Waits until all spans so far are sent or lost, for at most 2 s.
    pub async fn flush(&self) {
        let flush = async {
            let (done, wait) = oneshot::channel();
            self.hurry.notify_one();
            if self.queue.send(Job::Flush(done)).await.is_ok() {
                let _ = wait.await;
            }
        };
        let _ = timeout(FLUSH_LIMIT, flush).await;
    }
}

/// Where spans are posted: `http://host:port/v1/traces`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectorUrl(Uri);

impl CollectorUrl {
    /// Reads the base address, such as `http://127.0.0.1:4318`.
    pub fn parse(base: &str) -> Result<Self, CollectorUrlError> {
        let uri = format!("{}/v1/traces", base.trim_end_matches('/'));
        let uri: Uri = uri.parse().map_err(|_| CollectorUrlError::NoUrl)?;
        let authority = uri.authority().ok_or(CollectorUrlError::NoUrl)?;
        match uri.scheme_str() {
            Some("http") if authority.as_str().contains('@') => Err(CollectorUrlError::Credentials),
            Some("http") if uri.query().is_some() => Err(CollectorUrlError::NoUrl),
            Some("http") => Ok(Self(uri)),
            _ => Err(CollectorUrlError::Scheme),
        }
    }
}

/// Why an address is none of a collector. The text does not repeat it: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CollectorUrlError {
    /// Not a URL with a host, or one with a query.
    #[error("is no address of a collector; try http://127.0.0.1:4318")]
    NoUrl,
    /// Another scheme.
    #[error("must begin with http://, the collector is to be close by; try http://127.0.0.1:4318")]
    Scheme,
    /// `user:password@`
    #[error("must not hold credentials; try http://127.0.0.1:4318")]
    Credentials,
}

/// What it takes to send a batch.
struct Post {
    client: Client<HttpConnector, Full<Bytes>>,
    uri: Uri,
    identity: Identity,
    dropped: Counter,
    logger: Logger,
    warned: bool,
}

async fn run(mut jobs: mpsc::Receiver<Job>, hurry: Arc<Notify>, mut post: Post) {
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(first) = jobs.recv().await {
        tokio::select! {
            () = sleep(GATHER) => {}
            () = hurry.notified() => {}
        }
        let mut next = Some(first);
        while let Some(job) = next {
            match job {
                Job::Span(span) => batch.push(*span),
                Job::Flush(done) => {
                    post.send(mem::take(&mut batch)).await;
                    let _ = done.send(());
                }
            }
            if batch.len() == BATCH {
                post.send(mem::take(&mut batch)).await;
            }
            next = jobs.try_recv().ok();
        }
        post.send(mem::take(&mut batch)).await;
    }
}

impl Post {
    async fn send(&mut self, spans: Vec<Span>) {
        if spans.is_empty() {
            return;
        }
        if let Err(error) = self.try_send(&spans).await {
            self.dropped.inc_by(spans.len() as u64);
            if !mem::replace(&mut self.warned, true) {
                let fields = json!({"collector": self.uri.to_string(), "error": error});
                self.logger
                    .log(Level::Warn, "spans are not exported", fields);
            }
        }
    }

    async fn try_send(&self, spans: &[Span]) -> Result<(), String> {
        let body = export_request(&self.identity, spans).to_string();
        let request = Request::post(self.uri.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(body))
            .map_err(|error| error.to_string())?;
        match timeout(POST_LIMIT, self.client.request(request)).await {
            Ok(Ok(response)) if response.status().is_success() => Ok(()),
            Ok(Ok(response)) => Err(format!("status {}", response.status().as_u16())),
            Ok(Err(error)) if error.is_connect() => Err("cannot connect".to_owned()),
            Ok(Err(_)) => Err("connection lost".to_owned()),
            Err(_elapsed) => Err("no answer in time".to_owned()),
        }
    }
}
