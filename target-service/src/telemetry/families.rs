//! The encoded form of all metrics, before it is written in one format or another.

use prometheus_client::encoding::prometheus_protobuf::prometheus_data_model::{
    Metric, MetricFamily,
};

/// Value of a label; `None` when the series has none of this name.
pub(super) fn label<'a>(metric: &'a Metric, name: &str) -> Option<&'a str> {
    let mut labels = metric.label.iter();
    let found = labels.find(|label| label.name == name);
    found.map(|label| label.value.as_str())
}

/// Puts series in the order of their labels: the library keeps them in that of a hash.
pub(super) fn sort(families: &mut [MetricFamily]) {
    for family in families {
        family.metric.sort_by(|a, b| pairs(a).cmp(pairs(b)));
    }
}

fn pairs(metric: &Metric) -> impl Iterator<Item = (&str, &str)> {
    let labels = metric.label.iter();
    labels.map(|label| (label.name.as_str(), label.value.as_str()))
}
