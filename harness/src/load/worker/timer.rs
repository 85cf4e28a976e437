//! A timer of the kernel that an event loop can wait for.

#[cfg(target_os = "linux")]
pub(super) use linux::Timer;
#[cfg(not(target_os = "linux"))]
pub(super) use other::Timer;

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::os::fd::OwnedFd;
    use std::time::Duration;

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    /// A `timerfd`, which has no slack and no grain beyond the clock's.
    #[derive(Debug)]
    pub(in crate::load::worker) struct Timer {
        fd: AsyncFd<OwnedFd>,
    }

    impl Timer {
        #[expect(
            deprecated,
            reason = "its successor wants unsafe code for a promise that an owned descriptor keeps by its type"
        )]
        pub(in crate::load::worker) fn new() -> io::Result<Self> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let fd = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            Ok(Self {
                fd: AsyncFd::with_interest(fd, Interest::READABLE)?,
            })
        }

        /// Sleeps; at once if the kernel refuses, which turns the caller's wait into yielding.
        pub(in crate::load::worker) async fn sleep(&self, length: Duration) {
            let once = Itimerspec {
                it_interval: timespec(Duration::ZERO),
                it_value: timespec(length),
            };
            if timerfd_settime(&self.fd, TimerfdTimerFlags::empty(), &once).is_err() {
                return;
            }
            // Until the kernel says how often it has expired: an event may be left from a sleep that was given up.
            while let Ok(mut ready) = self.fd.readable().await {
                let read = ready.try_io(|fd| Ok(rustix::io::read(fd, &mut [0; 8])?));
                if read.is_ok() {
                    return;
                }
            }
        }
    }

    fn timespec(length: Duration) -> Timespec {
        Timespec {
            tv_sec: i64::try_from(length.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: length.subsec_nanos().into(),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod other {
    use std::io;
    use std::time::Duration;

    /// How late the runtime's timer may be; the rest is yielded away.
    const GRAIN: Duration = Duration::from_millis(2);

    /// The runtime's timer, stopped early.
    #[derive(Debug)]
    pub(in crate::load::worker) struct Timer;

    impl Timer {
        #[expect(clippy::unnecessary_wraps, reason = "the timer of Linux can fail")]
        pub(in crate::load::worker) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        pub(in crate::load::worker) async fn sleep(&self, length: Duration) {
            match length.checked_sub(GRAIN) {
                Some(early) => tokio::time::sleep(early).await,
                None => tokio::task::yield_now().await,
            }
        }
    }
}
