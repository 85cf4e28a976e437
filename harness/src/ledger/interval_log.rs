//! `latency.hlog`: the standard HdrHistogram interval log (V2, deflated), one line per route and second, readable by
//! any tool of that family. Values are microseconds of response time; the tag is the route.

use std::io::{self, Write};
use std::time::Duration;

use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};

use super::binder::ClosedWindow;
use crate::model::Timestamp;

/// An interval log being written.
#[derive(Debug)]
pub struct IntervalLog<W> {
    writer: W,
}

impl<W: Write> IntervalLog<W> {
    /// Writes the header.
    pub fn start(mut writer: W, load_start: Timestamp) -> io::Result<Self> {
        let started = std::time::UNIX_EPOCH + Duration::from_millis(load_start.0.unsigned_abs());
        let mut serializer = V2DeflateSerializer::new();
        IntervalLogWriterBuilder::new()
            .add_comment("sloproof: response time (done - due) in microseconds, by route")
            .with_start_time(started)
            .with_base_time(started)
            .with_max_value_divisor(1000.0)
            .begin_log_with(&mut writer, &mut serializer)?;
        Ok(Self { writer })
    }

    /// Appends one closed window; an empty one is left out.
    pub fn append(&mut self, window: &ClosedWindow) -> io::Result<()> {
        if window.response.count() == 0 {
            return Ok(());
        }
        // The builder is the crate's only way to a line; with nothing configured it writes no header of its own.
        let mut serializer = V2DeflateSerializer::new();
        let mut lines = Vec::new();
        IntervalLogWriterBuilder::new()
            .with_max_value_divisor(1000.0)
            .begin_log_with(&mut lines, &mut serializer)?
            .write_histogram(
                window.response.as_hdr(),
                Duration::from_secs(window.second),
                Duration::from_secs(1),
                Tag::new(window.route.as_str()),
            )
            .map_err(|error| {
                io::Error::other(format!("histogram of route {}: {error:?}", window.route))
            })?;
        let line = lines
            .split_inclusive(|b| *b == b'\n')
            .filter(|line| !line.starts_with(b"#"));
        for line in line {
            self.writer.write_all(line)?;
        }
        Ok(())
    }

    /// Flushes and gives the writer back.
    pub fn finish(mut self) -> io::Result<W> {
        self.writer.flush()?;
        Ok(self.writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::LatencyHistogram;
    use crate::model::RouteId;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    #[test]
    fn a_standard_reader_reads_what_was_written() {
        let mut log = IntervalLog::start(Vec::new(), Timestamp(1_800_000_000_000)).unwrap();
        let mut response = LatencyHistogram::default();
        response.record(1500);
        log.append(&ClosedWindow {
            second: 3,
            route: RouteId::new("get").unwrap(),
            response,
        })
        .unwrap();
        let bytes = log.finish().unwrap();
        let intervals: Vec<_> = IntervalLogIterator::new(&bytes)
            .filter_map(|entry| match entry.unwrap() {
                LogEntry::Interval(h) => {
                    Some((h.tag().unwrap().as_str().to_owned(), h.start_timestamp()))
                }
                _ => None,
            })
            .collect();
        assert_eq!(intervals, [("get".to_owned(), Duration::from_secs(3))]);
    }
}
