//! Sending a stream of events with bounded concurrency.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use super::client::{Client, ClientError};
use crate::events::domain::{Event, EventKind, Tally};

/// What came of all events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sent {
    /// Answered with a success.
    pub(super) acknowledged: Tally,
    /// The others, by what came instead: a status or `no answer`.
    pub(super) failed: BTreeMap<String, u64>,
    /// From the first request to the last answer.
    pub(super) duration: Duration,
}

/// Sends every event once. `workers` share the stream: none waits for another one's answer.
pub(super) async fn send_all(
    client: &Client,
    events: impl Iterator<Item = Event> + Send + 'static,
    workers: u32,
) -> Sent {
    let began = Instant::now();
    let events = Arc::new(Mutex::new(events));
    let mut tasks = JoinSet::new();
    for _ in 0..workers {
        let (client, events) = (client.clone(), Arc::clone(&events));
        tasks.spawn(async move {
            let next = || events.lock().unwrap_or_else(PoisonError::into_inner).next();
            let mut sent = Sent::default();
            while let Some(event) = next() {
                sent.note(event.kind, client.put(&event).await.err().as_ref());
            }
            sent
        });
    }
    let mut all = Sent::default();
    for sent in tasks.join_all().await {
        all.acknowledged += sent.acknowledged;
        for (reason, count) in sent.failed {
            *all.failed.entry(reason).or_default() += count;
        }
    }
    all.duration = began.elapsed();
    all
}

impl Sent {
    fn note(&mut self, kind: EventKind, error: Option<&ClientError>) {
        let reason = match error {
            None => {
                self.acknowledged += Tally::one(kind);
                return;
            }
            Some(ClientError::Status(status)) => status.as_u16().to_string(),
            Some(_) => "no answer".to_owned(),
        };
        *self.failed.entry(reason).or_default() += 1;
    }
}
