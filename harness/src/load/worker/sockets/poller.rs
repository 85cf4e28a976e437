//! Which of many sockets may go on.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::io::Errno;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// So many sockets are told of at once.
pub(super) const AT_ONCE: usize = 256;

/// An `epoll` of the worker's own inside the one of its event loop. The loop wakes one task for all sockets, and that
/// task asks which: a wake-up, a queue and a poll for each of them would cost more than their requests' own work.
#[derive(Debug)]
pub(super) struct Poller {
    epoll: AsyncFd<OwnedFd>,
}

/// A socket that may go on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ready {
    /// Its place.
    pub(super) place: usize,
    /// The peer sends no more, or the connection is broken.
    pub(super) ended: bool,
}

impl Poller {
    /// In the runtime of the calling thread.
    #[expect(
        deprecated,
        reason = "its successor wants unsafe code for a promise that an owned descriptor keeps by its type"
    )]
    pub(super) fn new() -> io::Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        Ok(Self {
            epoll: AsyncFd::with_interest(epoll, Interest::READABLE)?,
        })
    }

    /// A buffer for [`look`](Self::look).
    pub(super) fn buffer() -> Vec<Event> {
        Vec::with_capacity(AT_ONCE)
    }

    /// From now on tells whenever the socket of a place may go on, once each time that changes. A socket that is closed
    /// is forgotten.
    pub(super) fn add(&self, socket: impl AsFd, place: usize) -> io::Result<()> {
        let flags = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
        epoll::add(&self.epoll, socket, EventData::new_u64(place as u64), flags)?;
        Ok(())
    }

    /// Fills the buffer with sockets that may go on now; [`told`] reads it.
    pub(super) fn look(&self, buffer: &mut Vec<Event>) -> io::Result<()> {
        let now = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        buffer.clear();
        match epoll::wait(
            &self.epoll,
            rustix::buffer::spare_capacity(buffer),
            Some(&now),
        ) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the event loop has heard of some since they were last waited for; asks nobody.
    pub(super) fn has_heard(&self) -> bool {
        self.epoll.try_io(Interest::READABLE, |_| Ok(())).is_ok()
    }

    /// Waits until there may be some.
    pub(super) async fn wait(&self) -> io::Result<()> {
        self.epoll.readable().await?.clear_ready();
        Ok(())
    }
}

/// What the buffer says.
pub(super) fn told(buffer: &[Event]) -> impl Iterator<Item = Ready> {
    let over = EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR;
    buffer.iter().map(move |event| {
        // A copy: where the system packs its events, they have no reference to their parts.
        let flags = event.flags;
        Ready {
            place: event.data.u64() as usize,
            ended: flags.intersects(over),
        }
    })
}
