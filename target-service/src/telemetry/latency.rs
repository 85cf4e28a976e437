//! A latency histogram, classic and native at once, with the last exemplar of each classic bucket.

use std::{
    sync::{Arc, Mutex},
    time::SystemTime,
};

use prometheus_client::{
    encoding::{
        EncodeMetric, MetricEncoder,
        prometheus_protobuf::prometheus_data_model::{self as model, LabelPair},
    },
    metrics::{
        MetricType, TypedMetric,
        histogram::{Histogram, NativeHistogramConfig},
    },
};

/// Bounds in seconds; every latency objective is one of them.
pub(super) const SECONDS: [f64; 17] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0,
];

/// Clones share it.
///
/// The exemplars are kept here: the library's histogram with exemplars cannot be native, and its native one
/// has no exemplars. [`Latency::attach_exemplars`] brings both together in the encoded form.
#[derive(Debug, Clone)]
pub(super) struct Latency {
    histogram: Histogram,
    exemplars: Arc<[Slot; SECONDS.len() + 1]>,
}

type Slot = Mutex<Option<Exemplar>>;

#[derive(Debug, Clone, Copy)]
struct Exemplar {
    trace_id: u128,
    value: f64,
    at: SystemTime,
}

impl Latency {
    /// Bounds [`SECONDS`]; native buckets grow by at most 10 %. Their number is bounded by the range of
    /// latencies, about 8 per factor of 2.
    pub(super) fn classic_and_native() -> Self {
        Self {
            histogram: Histogram::new_classic_and_native(SECONDS, NativeHistogramConfig::default()),
            exemplars: Arc::default(),
        }
    }

    pub(super) fn observe(&self, value: f64, trace_id: u128) {
        self.histogram.observe(value);
        let bucket = SECONDS.partition_point(|bound| *bound < value);
        // Any recent request will do as an example, so none waits for another.
        if let Ok(mut slot) = self.exemplars[bucket].try_lock() {
            *slot = Some(Exemplar {
                trace_id,
                value,
                at: SystemTime::now(),
            });
        }
    }

    /// Adds the exemplars to what this histogram was encoded to: to its classic buckets and, in order of
    /// time, to the native part.
    pub(super) fn attach_exemplars(&self, encoded: &mut model::Histogram) {
        let mut all = Vec::new();
        for (bucket, slot) in encoded.bucket.iter_mut().zip(self.exemplars.iter()) {
            let exemplar = slot.lock().ok().and_then(|slot| *slot);
            if let Some(exemplar) = exemplar {
                bucket.exemplar = Some(exemplar.encode());
                all.push(exemplar);
            }
        }
        all.sort_by_key(|exemplar| exemplar.at);
        encoded.exemplars = all.iter().map(Exemplar::encode).collect();
    }
}

impl Exemplar {
    fn encode(&self) -> model::Exemplar {
        model::Exemplar {
            label: vec![LabelPair {
                name: "trace_id".to_owned(),
                value: format!("{:032x}", self.trace_id),
            }],
            value: self.value,
            timestamp: Some(self.at.into()),
        }
    }
}

impl EncodeMetric for Latency {
    fn encode(&self, encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.histogram.encode(encoder)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}

impl TypedMetric for Latency {
    const TYPE: MetricType = MetricType::Histogram;
}
