//! A defect found in systems like this one: the count is read, raised in the process and written back.

use crate::events::domain::{DomainName, DomainStore, EventKind, Reply, Tally, Totals};

/// What the defect needs of a store, and nobody else does.
pub trait Overwrite: DomainStore {
    /// Sets both counts of a domain, whatever they were.
    fn overwrite(&self, domain: DomainName, tally: Tally) -> Reply<'_, ()>;
}

/// A store that loses increments: two that overlap read the same count, and the later write wins.
#[derive(Debug)]
pub struct ReadThenWrite<S>(pub S);

impl<S: Overwrite> DomainStore for ReadThenWrite<S> {
    fn adapter(&self) -> &'static str {
        self.0.adapter()
    }

    fn increment(&self, domain: DomainName, kind: EventKind) -> Reply<'_, ()> {
        Box::pin(async move {
            let mut tally = self.0.tally(domain.clone()).await?;
            // A map answers at once; a database would let others in here, too.
            tokio::task::yield_now().await;
            tally += Tally::one(kind);
            self.0.overwrite(domain, tally).await
        })
    }

    fn tally(&self, domain: DomainName) -> Reply<'_, Tally> {
        self.0.tally(domain)
    }

    fn totals(&self) -> Reply<'_, Totals> {
        self.0.totals()
    }

    fn ping(&self) -> Reply<'_, ()> {
        self.0.ping()
    }

    fn close(&self) -> Reply<'_, ()> {
        self.0.close()
    }
}
