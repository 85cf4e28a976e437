//! One place: its connection, and the request it carries.

use std::task::Poll;
use std::time::Duration;

use tokio::task::AbortHandle;

use crate::ledger::{Sample, TraceId};
use crate::load::request::Trace;
use crate::load::schedule::Arrival;
use crate::load::wire::Reply;
use crate::load::wire::http1::{Driven, Inbox, Stale};
use crate::load::worker::renderers::Renderers;
use crate::model::Outcome;

/// A place; at first without a connection.
#[derive(Debug, Default)]
pub(super) struct Place {
    pub(super) connection: Option<Driven>,
    /// Opens the connection that its request waits for.
    pub(super) connecting: Option<AbortHandle>,
    /// Whether it ever had a connection: the next one is for want of that.
    pub(super) connected: bool,
    pub(super) work: Option<Work>,
    /// It stands among those that have more to read.
    pub(super) has_more: bool,
}

/// A request under way.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) arrival: Arrival,
    pub(super) trace: Trace,
    pub(super) sent: Duration,
    pub(super) deadline: Duration,
}

/// What a place has read.
#[derive(Debug)]
pub(super) enum Read {
    /// Enough for now; there is more, of which nobody tells again.
    Again,
    /// The end of its request.
    Over(Work, Outcome),
    /// That its request was not sent and must be written anew.
    Stale,
}

impl Place {
    /// Writes its request as far as its connection takes it; `false` if there is none that is still open.
    pub(super) fn write(&mut self, renderers: &Renderers) -> bool {
        let (Some(connection), Some(work)) = (&mut self.connection, &self.work) else {
            return false;
        };
        let begun = renderers.with(work.arrival.route, |renderer| {
            connection.begin(renderer.render(work.arrival.seq, work.trace, &[]))
        });
        if begun.is_err() {
            self.connection = None;
        }
        begun.is_ok()
    }

    /// Reads what has come to its connection, after which the peer has `ended` it or not.
    pub(super) fn read(
        &mut self,
        ended: bool,
        inbox: &mut Inbox,
        reply: &mut Reply,
    ) -> Option<Read> {
        let connection = self.connection.as_mut()?;
        if self.work.is_none() {
            if connection.was_left(inbox) {
                self.connection = None;
            }
            return None;
        }
        let Poll::Ready(result) = connection.go_on(inbox, reply) else {
            // Once in the list is enough: however quickly the body comes, a round reads a bounded part of it.
            let again = connection.was_cut_short() && !std::mem::replace(&mut self.has_more, true);
            return again.then_some(Read::Again);
        };
        if ended || !connection.is_reusable() {
            self.connection = None;
        }
        Some(match result {
            Ok(outcome) => Read::Over(self.work.take()?, outcome),
            Err(Stale) => Read::Stale,
        })
    }

    /// Whether its request has taken too long.
    pub(super) fn is_late(&self, now: Duration) -> bool {
        self.work.as_ref().is_some_and(|work| work.deadline <= now)
    }

    /// Gives its request up if that has taken too long, and the connection with it: its answer may still come.
    pub(super) fn expire(&mut self, now: Duration) -> Option<Work> {
        if !self.is_late(now) {
            return None;
        }
        let work = self.work.take()?;
        if let Some(connecting) = self.connecting.take() {
            connecting.abort();
        }
        self.connection = None;
        Some(work)
    }
}

impl Work {
    /// What the ledger keeps of it.
    pub(super) fn sample(&self, done: Duration, outcome: Outcome) -> Sample {
        Sample {
            seq: self.arrival.seq,
            route: self.arrival.route,
            phase: self.arrival.phase,
            due: self.arrival.due,
            sent: Some(self.sent),
            done,
            outcome,
            trace_id: TraceId(self.trace.number()),
        }
    }
}
