//! Alarms of all users of one worker who think, by one timer of the kernel.
//!
//! The runtime's timers will not do: a step's response time counts from its due time, so that their grain of a
//! millisecond would show up as latency of the service. A timer of the kernel for each user would do, but it is a file
//! descriptor: thousands of users who think would use up those that connections were promised.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::task::Waker;
use std::time::Instant;

use tokio::sync::Notify;

use super::timer::Timer;

/// Wakes tasks at times that each of them asks for.
#[derive(Debug)]
pub(super) struct Alarms {
    timer: Timer,
    /// Whom to wake, by time and then in the order of asking.
    waiting: RefCell<BTreeMap<(Instant, u64), Waker>>,
    asked: Cell<u64>,
    /// Told when a time is asked for that comes before all others.
    sooner: Notify,
}

impl Alarms {
    /// In the runtime of the calling thread.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            timer: Timer::new()?,
            waiting: RefCell::default(),
            asked: Cell::new(0),
            sooner: Notify::new(),
        })
    }

    /// Has a task woken then, never before; or with everybody else.
    pub(super) fn set(&self, at: Instant, waker: Waker) {
        self.asked.set(self.asked.get() + 1);
        let mut waiting = self.waiting.borrow_mut();
        let sooner = waiting.keys().next().is_none_or(|(first, _)| at < *first);
        waiting.insert((at, self.asked.get()), waker);
        if sooner {
            self.sooner.notify_one();
        }
    }

    /// Wakes everybody now.
    pub(super) fn ring_all(&self) {
        for waker in self.waiting.take().into_values() {
            waker.wake();
        }
    }

    /// Wakes each at his time. Has no end.
    pub(super) async fn ring(&self) {
        loop {
            let next = self.waiting.borrow().keys().next().copied();
            let Some(next @ (at, _)) = next else {
                self.sooner.notified().await;
                continue;
            };
            let left = at.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let waker = self.waiting.borrow_mut().remove(&next);
                waker.into_iter().for_each(Waker::wake);
                continue;
            }
            tokio::select! {
                biased;
                () = self.timer.sleep(left) => {}
                () = self.sooner.notified() => {}
            }
            // Should the timer fail or be early, the others go on meanwhile.
            if Instant::now() < at {
                tokio::task::yield_now().await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use std::task::Poll;
    use std::time::Duration;

    async fn until(alarms: &Alarms, at: Instant) {
        poll_fn(|cx| {
            if Instant::now() >= at {
                return Poll::Ready(());
            }
            alarms.set(at, cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    #[tokio::test]
    async fn each_alarm_rings_at_its_time_whatever_the_order_of_asking() {
        let alarms = Alarms::new().unwrap();
        let start = Instant::now();
        let rung = RefCell::new(Vec::new());
        let ask = async |ms| {
            let at = start + Duration::from_millis(ms);
            until(&alarms, at).await;
            assert!(Instant::now() >= at);
            rung.borrow_mut().push(ms);
        };
        tokio::select! {
            () = alarms.ring() => {}
            _ = async { tokio::join!(ask(60), ask(20), ask(40), ask(20), ask(3_600_000)) } => {}
            () = async { while rung.borrow().len() < 4 { tokio::task::yield_now().await } } => {}
        }
        assert_eq!(*rung.borrow(), [20, 20, 40, 60]);
    }

    #[tokio::test]
    async fn everybody_can_be_woken_before_his_time() {
        let alarms = Alarms::new().unwrap();
        let far = Instant::now() + Duration::from_hours(1);
        let asked = Cell::new(false);
        let one = poll_fn(|cx| {
            if asked.replace(true) {
                return Poll::Ready(());
            }
            alarms.set(far, cx.waker().clone());
            Poll::Pending
        });
        tokio::join!(one, async { alarms.ring_all() });
        assert!(alarms.waiting.borrow().is_empty());
    }
}
