//! The places of a worker, whatever carries their requests.

use std::time::Duration;

use crate::load::schedule::Arrival;

/// Carries one request in each of its places. A place that becomes free takes the next arrival that is due, or lays its
/// number among the [idle](super::shift::Shift::idle) ones.
pub(super) trait Crew {
    /// How many places there are.
    fn places(&self) -> usize;

    /// Opens a place for an arrival.
    fn open(&self, arrival: Arrival, now: Duration);

    /// Hands an arrival to an idle place.
    fn give(&self, place: usize, arrival: Arrival, now: Duration);

    /// Ends the requests whose deadline has passed.
    fn expire(&self, now: Duration);

    /// Waits until nothing is in flight. No arrival is due any more.
    async fn leave(&self) -> std::io::Result<()>;
}
