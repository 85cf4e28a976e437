//! Metrics of the process itself, read at each scrape.

use std::{
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::gauge::ConstGauge,
};

/// Start time and resident memory.
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
        let started = ConstGauge::new(self.started);
        started.encode(encoder.encode_descriptor(
            "process_start_time_seconds",
            "Start of the process since the epoch.",
            None,
            started.metric_type(),
        )?)?;
        // Absent where it cannot be read: a 0 would look like a measurement.
        if let Some(bytes) = resident_bytes() {
            let resident = ConstGauge::new(bytes);
            resident.encode(encoder.encode_descriptor(
                "process_resident_memory_bytes",
                "Resident memory of the process.",
                None,
                resident.metric_type(),
            )?)?;
        }
        Ok(())
    }
}

/// `VmRSS` of Linux; `None` elsewhere.
fn resident_bytes() -> Option<i64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
