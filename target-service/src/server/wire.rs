//! The connection below HTTP, within reach of a request: for faults that no answer can express.

use std::{
    io::{self, IoSlice},
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};

use axum::body::Bytes;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::Notify,
};

use super::stall::Stall;

/// The connection that a request came over, found among the extensions of the request. Clones share it.
#[derive(Debug, Clone)]
pub struct Wire(Arc<State>);

#[derive(Debug)]
struct State {
    peer: SocketAddr,
    received: AtomicU64,
    /// The end of the stream is a reset.
    reset: AtomicBool,
    /// Close once everything so far is with the system.
    close_flushed: AtomicBool,
    /// Tells the connection's task to drop the stream.
    closed: Notify,
    /// Bytes behind HTTP's back, and whether there are any.
    appended: Mutex<Bytes>,
    appending: AtomicBool,
}

impl Wire {
    /// A connection of the client at `peer`.
    pub fn of(peer: SocketAddr) -> Self {
        Self(Arc::new(State {
            peer,
            received: AtomicU64::default(),
            reset: AtomicBool::default(),
            close_flushed: AtomicBool::default(),
            closed: Notify::default(),
            appended: Mutex::default(),
            appending: AtomicBool::default(),
        }))
    }

    /// The other end.
    pub fn peer(&self) -> SocketAddr {
        self.0.peer
    }

    /// Ends the connection with a TCP reset. The task that serves it is dropped with the caller in it.
    pub fn reset(&self) {
        self.0.reset.store(true, Ordering::Relaxed);
        self.close();
    }

    /// Ends the connection. The task that serves it is dropped with the caller in it.
    pub fn close(&self) {
        self.0.closed.notify_one();
    }

    /// Ends the connection once everything written so far is with the system.
    pub fn close_when_flushed(&self) {
        self.0.close_flushed.store(true, Ordering::Relaxed);
    }

    /// Sends `bytes` after the answer under way, unknown to HTTP.
    pub fn append(&self, bytes: Bytes) {
        *self.appended() = bytes;
        self.0.appending.store(true, Ordering::Relaxed);
    }

    /// Waits for an end that was asked for.
    pub(super) async fn closed(&self) {
        self.0.closed.notified().await;
    }

    /// Bytes received so far.
    pub(super) fn received(&self) -> u64 {
        self.0.received.load(Ordering::Relaxed)
    }

    fn appended(&self) -> std::sync::MutexGuard<'_, Bytes> {
        self.0
            .appended
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The stream under HTTP.
#[derive(Debug)]
pub(super) struct WireStream {
    stream: TcpStream,
    wire: Wire,
    stall: Stall,
}

impl WireStream {
    pub(super) fn new(stream: TcpStream, wire: Wire, stall: Stall) -> Self {
        Self {
            stream,
            wire,
            stall,
        }
    }

    fn poll_append(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut appended = self.wire.appended();
        while !appended.is_empty() {
            let written = Pin::new(&mut self.stream).poll_write(cx, &appended);
            let written = ready!(self.stall.bound(cx, written))?;
            let _sent = appended.split_to(written);
        }
        self.wire.0.appending.store(false, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }
}

impl Drop for WireStream {
    fn drop(&mut self) {
        if self.wire.0.reset.load(Ordering::Relaxed) {
            // A socket that refuses is closed in the common way: the client still gets no answer.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for WireStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(cx, buffer);
        let bytes = (buffer.filled().len() - before) as u64;
        this.wire.0.received.fetch_add(bytes, Ordering::Relaxed);
        read
    }
}

impl AsyncWrite for WireStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.stall.bound(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, bytes);
        this.stall.bound(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Called by HTTP when its own buffer is empty, so what is appended comes after it.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.wire.0.appending.load(Ordering::Relaxed) {
            ready!(this.poll_append(cx))?;
        }
        ready!(Pin::new(&mut this.stream).poll_flush(cx))?;
        if this.wire.0.close_flushed.load(Ordering::Relaxed) {
            this.wire.close();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
