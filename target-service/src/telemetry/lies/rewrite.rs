//! Lies about whole series: changes of what has been encoded.

use prometheus_client::encoding::prometheus_protobuf::prometheus_data_model::{
    Gauge, Histogram, Metric, MetricFamily,
};

use super::native_buckets::{pack, unpack};

/// Makes every counter, summary and histogram show only what came after `baseline`.
pub(super) fn subtract(families: &mut [MetricFamily], baseline: &[MetricFamily]) {
    for family in families {
        let Some(before) = baseline.iter().find(|before| before.name == family.name) else {
            continue;
        };
        for metric in &mut family.metric {
            let mut same = before.metric.iter();
            if let Some(before) = same.find(|before| before.label == metric.label) {
                subtract_metric(metric, before);
            }
        }
    }
}

fn subtract_metric(metric: &mut Metric, before: &Metric) {
    if let (Some(counter), Some(before)) = (&mut metric.counter, &before.counter) {
        counter.value = rest(counter.value, before.value);
    }
    if let (Some(summary), Some(before)) = (&mut metric.summary, &before.summary) {
        summary.sample_sum = rest(summary.sample_sum, before.sample_sum);
        summary.sample_count = summary.sample_count.saturating_sub(before.sample_count);
    }
    if let (Some(histogram), Some(before)) = (&mut metric.histogram, &before.histogram) {
        // Series of an earlier lie under the same labels: they began at 0 anyway.
        if before.sample_count <= histogram.sample_count {
            subtract_histogram(histogram, before);
        }
    }
}

fn subtract_histogram(histogram: &mut Histogram, before: &Histogram) {
    histogram.sample_sum -= before.sample_sum;
    histogram.sample_count -= before.sample_count;
    for (bucket, before) in histogram.bucket.iter_mut().zip(&before.bucket) {
        bucket.cumulative_count -= before.cumulative_count;
    }
    histogram.zero_count = histogram.zero_count.saturating_sub(before.zero_count);
    let mut counts = unpack(&histogram.positive_span, &histogram.positive_delta);
    for (index, count) in unpack(&before.positive_span, &before.positive_delta) {
        *counts.entry(index).or_default() -= count;
    }
    (histogram.positive_span, histogram.positive_delta) = pack(&counts);
    histogram.start_timestamp = None;
}

fn rest(value: f64, before: f64) -> f64 {
    if value < before {
        value
    } else {
        value - before
    }
}

/// Shows a gauge without labels at `value`.
pub(super) fn set_gauge(families: &mut [MetricFamily], name: &str, value: f64) {
    for family in families.iter_mut().filter(|family| family.name == name) {
        for metric in &mut family.metric {
            metric.gauge = Some(Gauge { value });
        }
    }
}

/// Keeps only these bounds, and no native buckets.
pub(super) fn coarsen(families: &mut [MetricFamily], bounds: &[f64]) {
    let metrics = families.iter_mut().flat_map(|family| &mut family.metric);
    for histogram in metrics.filter_map(|metric| metric.histogram.as_mut()) {
        let mut bucket = std::mem::take(&mut histogram.bucket);
        bucket.retain(|bucket| {
            bucket.upper_bound.is_infinite() || bounds.contains(&bucket.upper_bound)
        });
        *histogram = Histogram {
            sample_count: histogram.sample_count,
            sample_sum: histogram.sample_sum,
            bucket,
            ..Histogram::default()
        };
    }
}

/// Leaves out every series that nothing has happened to. Gauges stay.
pub(super) fn hide_zeros(families: &mut Vec<MetricFamily>) {
    for family in families.iter_mut() {
        family.metric.retain(|metric| {
            let counter = metric.counter.as_ref();
            let summary = metric.summary.as_ref();
            let histogram = metric.histogram.as_ref();
            counter.is_none_or(|counter| counter.value > 0.0)
                && summary.is_none_or(|summary| summary.sample_count > 0)
                && histogram.is_none_or(|histogram| histogram.sample_count > 0)
        });
    }
    families.retain(|family| !family.metric.is_empty());
}

/// Gives every sample an explicit time, in milliseconds since the epoch.
pub(super) fn stamp(families: &mut [MetricFamily], timestamp_ms: i64) {
    for metric in families.iter_mut().flat_map(|family| &mut family.metric) {
        metric.timestamp_ms = timestamp_ms;
    }
}
