//! Ships the target's stdout to Loki, as a log agent on a cluster's node would.
//!
//! Two tasks. The reader takes a line, stamps it, copies it to `target.log` and offers it to a
//! bounded queue; it never waits for Loki, because a target that can't write its log would be
//! slowed by its own observer. The pusher sends batches, one at a time, so that order is kept, and
//! repeats a batch until Loki takes it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::{Client, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// Lines that may wait for Loki; beyond that they are dropped and counted. A minute at 4,000 lines
/// a second.
const QUEUE_LINES: usize = 1 << 18;

/// A batch is sent when it has this many lines, or when no further line waits.
const BATCH_LINES: usize = 1_000;

/// Pause before a refused batch is sent again, doubled up to the second.
const RETRY: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// What became of the target's log lines. `read = shipped + dropped + waiting`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipping {
    /// Lines that the target printed.
    pub read: u64,
    /// Lines that Loki took.
    pub shipped: u64,
    /// Lines that Loki never got: queue full, refused, or Loki gone at the end. Not 0: don't trust
    /// log counts.
    pub dropped: u64,
}

impl Shipping {
    /// Lines that are on their way.
    pub fn waiting(self) -> u64 {
        self.read
            .saturating_sub(self.shipped)
            .saturating_sub(self.dropped)
    }
}

#[derive(Debug, Default)]
struct Counts {
    read: AtomicU64,
    shipped: AtomicU64,
    dropped: AtomicU64,
}

impl Counts {
    fn snapshot(&self) -> Shipping {
        // Outcomes first: a line counted between the loads then shows as waiting, never as shipped
        // unread.
        let shipped = self.shipped.load(Ordering::Acquire);
        let dropped = self.dropped.load(Ordering::Acquire);
        Shipping {
            read: self.read.load(Ordering::Acquire),
            shipped,
            dropped,
        }
    }
}

struct Line {
    nanos: u64,
    text: String,
}

/// The two tasks of one target.
#[derive(Debug)]
pub(crate) struct Shipper {
    counts: Arc<Counts>,
    reader: JoinHandle<()>,
    pusher: JoinHandle<()>,
}

impl Shipper {
    /// Begins to ship; `labels` name the stream.
    pub(crate) fn start(
        stdout: impl AsyncRead + Unpin + Send + 'static,
        copy: &Path,
        client: Client,
        push_url: String,
        labels: BTreeMap<String, String>,
    ) -> io::Result<Self> {
        let copy = BufWriter::new(File::create(copy)?);
        let counts = Arc::new(Counts::default());
        let (queue, waiting) = mpsc::channel(QUEUE_LINES);
        let reader = tokio::spawn(read(stdout, copy, queue, Arc::clone(&counts)));
        let pusher = tokio::spawn(push_all(
            waiting,
            client,
            push_url,
            labels,
            Arc::clone(&counts),
        ));
        Ok(Self {
            counts,
            reader,
            pusher,
        })
    }

    /// The counts so far.
    pub(crate) fn shipping(&self) -> Shipping {
        self.counts.snapshot()
    }

    /// Waits until all that the target printed is in Loki. To be called when the target has ended;
    /// what isn't taken within `limit` is dropped.
    pub(crate) async fn finish(mut self, limit: Duration) -> Shipping {
        let drained = async {
            let _ = (&mut self.reader).await;
            let _ = (&mut self.pusher).await;
        };
        let _ = timeout(limit, drained).await;
        let end = self.counts.snapshot();
        Shipping {
            dropped: end.dropped + end.waiting(),
            ..end
        }
    }
}

impl Drop for Shipper {
    fn drop(&mut self) {
        self.reader.abort();
        self.pusher.abort();
    }
}

async fn read(
    stdout: impl AsyncRead + Unpin,
    mut copy: BufWriter<File>,
    queue: mpsc::Sender<Line>,
    counts: Arc<Counts>,
) {
    let mut stdout = BufReader::with_capacity(64 * 1024, stdout);
    let mut last = 0;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        if !matches!(stdout.read_until(b'\n', &mut bytes).await, Ok(1..)) {
            break;
        }
        let text = String::from_utf8_lossy(&bytes)
            .trim_end_matches(['\n', '\r'])
            .to_owned();
        // A full disk must not stop the shipping; the copy is a convenience.
        let _ = writeln!(copy, "{text}");
        if stdout.buffer().is_empty() {
            let _ = copy.flush();
        }
        counts.read.fetch_add(1, Ordering::AcqRel);
        last = stamp(SystemTime::now(), last);
        if queue.try_send(Line { nanos: last, text }).is_err() {
            counts.dropped.fetch_add(1, Ordering::AcqRel);
        }
    }
}

/// Nanoseconds since 1970 for the next line: later than the last one even if the clock stands or
/// goes back. Loki takes two equal lines with one timestamp for one line sent twice.
fn stamp(now: SystemTime, last: u64) -> u64 {
    let now = now
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos() as u64);
    now.max(last + 1)
}

async fn push_all(
    mut waiting: mpsc::Receiver<Line>,
    client: Client,
    url: String,
    labels: BTreeMap<String, String>,
    counts: Arc<Counts>,
) {
    let mut batch = Vec::with_capacity(BATCH_LINES);
    while waiting.recv_many(&mut batch, BATCH_LINES).await > 0 {
        let count = batch.len() as u64;
        let values: Vec<_> = batch
            .drain(..)
            .map(|line| (line.nanos.to_string(), line.text))
            .collect();
        let body = json!({ "streams": [{ "stream": labels, "values": values }] });
        let outcome = if push(&client, &url, &body).await {
            &counts.shipped
        } else {
            &counts.dropped
        };
        outcome.fetch_add(count, Ordering::AcqRel);
    }
}

/// Sends a batch until Loki takes it (true) or says that it never will (false: a status that isn't
/// about load).
async fn push(client: &Client, url: &str, body: &serde_json::Value) -> bool {
    let (mut pause, longest) = RETRY;
    loop {
        match client.post(url).json(body).send().await {
            Ok(answer) if answer.status().is_success() => return true,
            Ok(answer)
                if answer.status().is_client_error()
                    && answer.status() != StatusCode::TOO_MANY_REQUESTS =>
            {
                return false;
            }
            // Loki is starting, overloaded or briefly gone.
            Ok(_) | Err(_) => sleep(pause).await,
        }
        pause = (pause * 2).min(longest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_increase_even_if_the_clock_goes_back() {
        let now = UNIX_EPOCH + Duration::from_nanos(500);
        assert_eq!(stamp(now, 0), 500);
        assert_eq!(stamp(now, 500), 501);
        assert_eq!(stamp(UNIX_EPOCH, 501), 502);
    }

    #[test]
    fn every_line_is_shipped_dropped_or_waiting() {
        assert_eq!(
            Shipping {
                read: 10,
                shipped: 6,
                dropped: 1
            }
            .waiting(),
            3
        );
    }
}
