//! The server of the comparison, as a process of its own: one answer of 64 bytes for each request, by one thread.
//!
//! It does what a server cannot do without (wait, read, find the end of a request, write) and nothing else, so that the
//! client is what limits the rate.

use std::io::{self, Write as _};
use std::net::{TcpListener, TcpStream};

use rustix::event::{Timespec, epoll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};

/// Makes the benchmark's own program serve without ever sleeping. A server that sleeps is woken by whoever writes to it,
/// and how often that happens depends on how the requests of a client fall: the server's price in the client's bill.
pub(crate) const AWAKE: &str = "--serve-awake";

/// Makes it serve as servers do, asleep while nothing is to be done.
pub(crate) const ASLEEP: &str = "--serve-asleep";

const LISTENER: u64 = u64::MAX;

struct Peer {
    stream: TcpStream,
    /// How much of the empty line at a request's end has come.
    matched: usize,
}

/// Prints its address and serves until it is stopped.
pub(crate) fn serve(awake: bool) -> io::Result<()> {
    let answer = [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 64\r\n\r\n"[..],
        &[b'x'; 64],
    ]
    .concat();
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    println!("{}", listener.local_addr()?);
    io::stdout().flush()?;
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let watch = |socket: &dyn std::os::fd::AsFd, number| {
        epoll::add(
            &poll,
            socket.as_fd(),
            epoll::EventData::new_u64(number),
            epoll::EventFlags::IN,
        )
    };
    watch(&listener, LISTENER)?;
    let mut peers: Vec<Option<Peer>> = Vec::new();
    let mut events = Vec::with_capacity(1024);
    let mut buffer = vec![0; 4096];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let patience = awake.then_some(&at_once);
    loop {
        events.clear();
        match epoll::wait(&poll, rustix::buffer::spare_capacity(&mut events), patience) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        for event in &events {
            let number = event.data.u64();
            if number == LISTENER {
                while let Ok((stream, _)) = listener.accept() {
                    stream.set_nodelay(true)?;
                    stream.set_nonblocking(true)?;
                    watch(&stream, peers.len() as u64)?;
                    peers.push(Some(Peer { stream, matched: 0 }));
                }
            } else if let Some(place) = peers.get_mut(number as usize)
                && let Some(peer) = place
                && peer.turn(&mut buffer, &answer).is_err()
            {
                *place = None;
            }
        }
    }
}

impl Peer {
    /// Reads what has come and answers every request in it.
    fn turn(&mut self, buffer: &mut [u8], answer: &[u8]) -> Result<(), Errno> {
        let length = match recv(&self.stream, &mut *buffer, RecvFlags::empty()) {
            Ok((_, 0)) => return Err(Errno::CONNRESET),
            Ok((_, length)) => length,
            Err(Errno::AGAIN) => return Ok(()),
            Err(error) => return Err(error),
        };
        let requests = buffer[..length]
            .iter()
            .filter(|byte| self.ends(**byte))
            .count();
        for _ in 0..requests {
            send(&self.stream, answer, SendFlags::NOSIGNAL)?;
        }
        Ok(())
    }

    /// Whether a request, which has no body, ends with this byte.
    fn ends(&mut self, byte: u8) -> bool {
        self.matched = match (byte, self.matched) {
            (b'\r', 2) => 3,
            (b'\r', _) => 1,
            (b'\n', 1) => 2,
            (b'\n', 3) => {
                self.matched = 0;
                return true;
            }
            _ => 0,
        };
        false
    }
}
