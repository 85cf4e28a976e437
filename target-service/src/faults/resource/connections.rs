//! Connections that clients cannot have.

use tokio::time::{Instant, interval};

use super::STEP;
use crate::{faults::course::Course, server::Connections};

/// Holds up to `slots` until dropped.
pub(super) async fn hold(slots: u64, course: Course, since: Instant, connections: Connections) {
    let held = Held(connections);
    let mut steps = interval(STEP);
    loop {
        steps.tick().await;
        let now = slots as f64 * course.strength(since.elapsed());
        held.0.hold(now as usize);
    }
}

struct Held(Connections);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.hold(0);
    }
}
