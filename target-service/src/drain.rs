//! The latch between "serving" and "about to go".

use tokio::sync::watch;

/// Once begun, a drain has no way back. Clones share it.
#[derive(Debug, Clone)]
pub struct Drain(watch::Sender<bool>);

impl Default for Drain {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Drain {
    /// From now on the service is not ready.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Whether [`Drain::begin`] was called.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for [`Drain::begin`].
    pub async fn begun(&self) {
        // Fails only without a sender, and `self` is one.
        let _ = self.0.subscribe().wait_for(|begun| *begun).await;
    }
}
