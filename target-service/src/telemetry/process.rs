//! Metrics of the process itself, read at each scrape.

use std::{
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{counter::ConstCounter, gauge::ConstGauge},
};

/// Unit of the times in `/proc`: 100 per second on every Linux, whatever the kernel's own tick.
const TICKS_PER_SECOND: f64 = 100.0;

/// What the system says about this process. On Linux only, but for the start time.
#[derive(Debug)]
pub(super) struct ProcessCollector {
    /// Seconds since the epoch.
    started: f64,
}

impl ProcessCollector {
    pub(super) fn started_now() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            started: since_epoch.map_or(0.0, |age| age.as_secs_f64()),
        }
    }
}

impl Collector for ProcessCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        // Absent where it cannot be read: a 0 would look like a measurement.
        if let Some(seconds) = cpu_seconds() {
            let cpu = ConstCounter::new(seconds);
            cpu.encode(encoder.encode_descriptor(
                "process_cpu_seconds",
                "User and system CPU time spent.",
                None,
                cpu.metric_type(),
            )?)?;
        }
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let kibibytes = |name| field(&status, name).map(|kibibytes| kibibytes * 1024);
        let gauges = [
            (
                "process_resident_memory_bytes",
                "Resident memory of the process.",
                kibibytes("VmRSS:"),
            ),
            (
                "process_virtual_memory_bytes",
                "Virtual memory of the process.",
                kibibytes("VmSize:"),
            ),
            (
                "process_threads",
                "Threads of the process.",
                field(&status, "Threads:"),
            ),
            (
                "process_open_fds",
                "Open file descriptors.",
                open_descriptors(),
            ),
            (
                "process_max_fds",
                "Most file descriptors that may be open.",
                most_descriptors(),
            ),
        ];
        for (name, help, value) in gauges {
            if let Some(value) = value {
                let gauge = ConstGauge::new(value);
                let kind = gauge.metric_type();
                gauge.encode(encoder.encode_descriptor(name, help, None, kind)?)?;
            }
        }
        let started = ConstGauge::new(self.started);
        started.encode(encoder.encode_descriptor(
            "process_start_time_seconds",
            "Start of the process since the epoch.",
            None,
            started.metric_type(),
        )?)
    }
}

/// The number after `name` at the begin of a line, whatever its unit.
fn field(text: &str, name: &str) -> Option<i64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Fields 14 and 15 of `/proc/self/stat`. The second field may hold spaces, so they are counted from its end.
fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some((ticks()? + ticks()?) as f64 / TICKS_PER_SECOND)
}

fn open_descriptors() -> Option<i64> {
    let listed = fs::read_dir("/proc/self/fd").ok()?.count() as i64;
    // One of them reads the list.
    Some(listed - 1)
}

/// The soft limit; absent when there is none.
fn most_descriptors() -> Option<i64> {
    field(
        &fs::read_to_string("/proc/self/limits").ok()?,
        "Max open files",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_by_the_begin_of_its_line() {
        let text =
            "Threads:\t7\nVmRSS:\t  5120 kB\nMax open files            1024                 4096\n";
        assert_eq!(field(text, "VmRSS:"), Some(5120));
        assert_eq!(field(text, "Max open files"), Some(1024));
        assert_eq!(field(text, "VmSize:"), None);
    }
}
