//! The way of a log line to its writer, off the path of the request.

use std::{
    io::{self, BufWriter, Write},
    sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel},
    thread,
};

use prometheus_client::metrics::counter::Counter;

/// A bounded queue in front of a thread that writes. A full queue loses lines, and counts them.
///
/// The thread owns the writer and ends when the last sink is dropped.
#[derive(Debug, Clone)]
pub struct LogSink {
    queue: SyncSender<Job>,
    dropped: Counter,
}

#[derive(Debug)]
enum Job {
    Line(Vec<u8>),
    /// Answered once everything queued before it is with the writer.
    Flush(SyncSender<()>),
}

impl LogSink {
    /// Starts the thread. `lines` is the length of the queue; `dropped` counts what is lost.
    pub fn start(
        writer: impl Write + Send + 'static,
        lines: usize,
        dropped: Counter,
    ) -> io::Result<Self> {
        let (queue, jobs) = sync_channel(lines);
        let lost = dropped.clone();
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_all(&jobs, BufWriter::new(writer), &lost))?;
        Ok(Self { queue, dropped })
    }

    /// Queues one line, which carries its line feed. Never waits.
    pub fn send(&self, line: Vec<u8>) {
        if self.queue.try_send(Job::Line(line)).is_err() {
            self.dropped.inc();
        }
    }

    /// Waits until all lines queued so far are written. Blocks the thread: for shutdown and tests.
    pub fn flush(&self) {
        let (done, wait) = sync_channel(1);
        if self.queue.send(Job::Flush(done)).is_ok() {
            // An error means that the thread is gone, and then nothing is left to wait for.
            let _ = wait.recv();
        }
    }
}

/// Flushes whenever the queue runs empty: a quiet service shows its lines at once, a busy one in bulk.
fn write_all(jobs: &Receiver<Job>, mut writer: impl Write, lost: &Counter) {
    while let Ok(first) = jobs.recv() {
        let mut next = Ok(first);
        while let Ok(job) = next {
            match job {
                Job::Line(line) => {
                    if writer.write_all(&line).is_err() {
                        lost.inc();
                    }
                }
                Job::Flush(done) => {
                    let _ = writer.flush();
                    let _ = done.send(());
                }
            }
            next = jobs.try_recv();
        }
        let _ = writer.flush();
        if matches!(next, Err(TryRecvError::Disconnected)) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Barrier};

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

    #[test]
    fn a_full_queue_loses_lines_and_counts_them() {
        let gate = Arc::new(Barrier::new(2));
        let dropped = Counter::default();
        let writer = Gate(Arc::clone(&gate), false);
        let sink = LogSink::start(writer, 2, dropped.clone()).expect("a thread");
        sink.send(b"held by the writer\n".to_vec());
        gate.wait();
        for _ in 0..5 {
            sink.send(b"line\n".to_vec());
        }
        assert_eq!(dropped.get(), 3);
        gate.wait();
        sink.flush();
        assert_eq!(dropped.get(), 3);
    }
}
