//! The way of a log line to its writer, off the path of the request.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use prometheus_client::metrics::counter::Counter;

/// How long the writer lets lines gather. It makes one wake-up and one write of hundreds of lines;
/// per line they would cost a busy service more than the line itself.
const GATHER: Duration = Duration::from_millis(5);

/// How long a flush waits for a writer that is stuck, such as a pipe that nobody reads: a process must
/// end when it is told to, lines or not.
const FLUSH: Duration = Duration::from_secs(5);

/// A bounded buffer in front of a thread that writes. A full buffer loses lines, and counts them.
///
/// The thread owns the writer and ends when the last sink is dropped.
#[derive(Debug, Clone)]
pub struct LogSink {
    handle: Arc<Handle>,
    dropped: Counter,
}

/// Dropped with the last sink.
#[derive(Debug)]
struct Handle(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    buffer: Mutex<Buffer>,
    /// The writer waits here for lines.
    filled: Condvar,
    /// Whoever flushes waits here for the writer.
    written: Condvar,
    /// Most lines in the buffer.
    limit: usize,
}

#[derive(Debug, Default)]
struct Buffer {
    bytes: Vec<u8>,
    lines: usize,
    /// Lines ever taken.
    taken: u64,
    /// Lines ever handed to the writer.
    written: u64,
    /// Somebody waits: do not gather.
    hurry: bool,
    /// No sink is left.
    closed: bool,
    /// No thread is left.
    gone: bool,
}

impl LogSink {
    /// Starts the thread. `lines` is the size of the buffer; `dropped` counts what is lost.
    pub fn start(
        writer: impl Write + Send + 'static,
        lines: usize,
        dropped: Counter,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            buffer: Mutex::default(),
            filled: Condvar::new(),
            written: Condvar::new(),
            limit: lines,
        });
        let (mine, lost) = (Arc::clone(&shared), dropped.clone());
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_all(&Gone(mine), writer, &lost))?;
        let handle = Arc::new(Handle(shared));
        Ok(Self { handle, dropped })
    }

    /// Takes one line, which carries its line feed. Never waits for the writer.
    pub fn send(&self, line: &[u8]) {
        let shared = &self.handle.0;
        let mut buffer = shared.buffer();
        if buffer.lines >= shared.limit || buffer.gone {
            self.dropped.inc();
            return;
        }
        buffer.bytes.extend_from_slice(line);
        buffer.lines += 1;
        buffer.taken += 1;
        let (first, half_full) = (buffer.lines == 1, buffer.lines == shared.limit / 2);
        drop(buffer);
        if first || half_full {
            shared.filled.notify_one();
        }
    }

    /// Waits until all lines taken so far are written, at most 5 s. Blocks the thread: for shutdown and
    /// tests.
    pub fn flush(&self) {
        self.flush_within(FLUSH);
    }

    fn flush_within(&self, limit: Duration) {
        let shared = &self.handle.0;
        let mut buffer = shared.buffer();
        let until = buffer.taken;
        buffer.hurry = true;
        shared.filled.notify_one();
        let waiting = |buffer: &mut Buffer| buffer.written < until && !buffer.gone;
        drop(shared.written.wait_timeout_while(buffer, limit, waiting));
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.buffer().closed = true;
        self.0.filled.notify_one();
    }
}

impl Shared {
    fn buffer(&self) -> MutexGuard<'_, Buffer> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that has gathered and its number of lines; `None` at the end.
    fn next(&self, spare: &mut Vec<u8>) -> Option<usize> {
        let empty = |buffer: &mut Buffer| buffer.lines == 0 && !buffer.closed;
        let waited = self.filled.wait_while(self.buffer(), empty);
        let buffer = waited.unwrap_or_else(PoisonError::into_inner);
        let gathering = |b: &mut Buffer| b.lines < self.limit.div_ceil(2) && !(b.hurry || b.closed);
        let waited = self.filled.wait_timeout_while(buffer, GATHER, gathering);
        let (mut buffer, _) = waited.unwrap_or_else(PoisonError::into_inner);
        buffer.hurry = false;
        spare.clear();
        mem::swap(&mut buffer.bytes, spare);
        Some(mem::take(&mut buffer.lines)).filter(|lines| *lines > 0)
    }
}

/// Says that the thread has ended, however it ended.
struct Gone(Arc<Shared>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.buffer().gone = true;
        self.0.written.notify_all();
    }
}

fn write_all(shared: &Gone, mut writer: impl Write, lost: &Counter) {
    let shared = &shared.0;
    let mut bytes = Vec::new();
    while let Some(lines) = shared.next(&mut bytes) {
        // How much of a failed write arrived is unknown: all its lines count as lost.
        if writer.write_all(&bytes).is_err() || writer.flush().is_err() {
            lost.inc_by(lines as u64);
        }
        shared.buffer().written += lines as u64;
        shared.written.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Barrier, mpsc};

    /// Says when the first write begins and lets it end when told so.
    struct Gate(Arc<Barrier>, bool);

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if !self.1 {
                self.1 = true;
                self.0.wait();
                self.0.wait();
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A pipe whose reader has gone; tells when it is dropped.
    struct Broken(#[expect(dead_code, reason = "its end is the message")] mpsc::Sender<()>);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_buffer_loses_lines_and_counts_them() {
        let gate = Arc::new(Barrier::new(2));
        let dropped = Counter::default();
        let writer = Gate(Arc::clone(&gate), false);
        let sink = LogSink::start(writer, 2, dropped.clone()).expect("a thread");
        sink.send(b"held by the writer\n");
        gate.wait();
        for _ in 0..5 {
            sink.send(b"line\n");
        }
        assert_eq!(dropped.get(), 3);
        gate.wait();
        sink.flush();
        assert_eq!(dropped.get(), 3);
    }

    #[test]
    fn a_flush_does_not_wait_for_a_stuck_writer_for_ever() {
        let gate = Arc::new(Barrier::new(2));
        let writer = Gate(Arc::clone(&gate), false);
        let sink = LogSink::start(writer, 2, Counter::default()).expect("a thread");
        sink.send(b"held by the writer\n");
        gate.wait();
        sink.flush_within(Duration::from_millis(10));
        gate.wait();
    }

    #[test]
    fn lines_that_cannot_be_written_are_counted_and_the_thread_ends_with_the_last_sink() {
        let (alive, end) = mpsc::channel();
        let dropped = Counter::default();
        let sink = LogSink::start(Broken(alive), 10, dropped.clone()).expect("a thread");
        for _ in 0..4 {
            sink.send(b"line\n");
        }
        sink.flush();
        assert_eq!(dropped.get(), 4);
        drop(sink);
        assert_eq!(end.recv(), Err(mpsc::RecvError));
    }
}
