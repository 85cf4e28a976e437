//! The two text formats: Prometheus 0.0.4 and OpenMetrics 1.0.0.

use std::fmt::{self, Display, Write};

use prometheus_client::encoding::prometheus_protobuf::prometheus_data_model::{
    Exemplar, Histogram, LabelPair, Metric, MetricFamily, MetricType, Summary,
};

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextFormat {
    /// `text/plain; version=0.0.4`: full names in the headers, timestamps in milliseconds, no exemplars.
    Prometheus,
    /// `application/openmetrics-text; version=1.0.0`.
    OpenMetrics,
}

/// All of `families`.
pub(super) fn write(families: &[MetricFamily], format: TextFormat) -> String {
    let mut writer = Writer {
        text: String::new(),
        format,
    };
    for family in families.iter().filter(|family| !family.metric.is_empty()) {
        writer.family(family);
    }
    if format == TextFormat::OpenMetrics {
        writer.text.push_str("# EOF\n");
    }
    writer.text
}

struct Writer {
    text: String,
    format: TextFormat,
}

impl Writer {
    fn family(&mut self, family: &MetricFamily) {
        let name = family.name.as_str();
        let headed = match self.format {
            TextFormat::Prometheus => name,
            // There `_total` belongs to the sample, not to the family.
            TextFormat::OpenMetrics => name.strip_suffix("_total").unwrap_or(name),
        };
        let help = family.help.replace('\\', r"\\").replace('\n', r"\n");
        let kind = match (family.r#type(), self.format) {
            (MetricType::Counter, _) => "counter",
            (MetricType::Gauge, _) => "gauge",
            (MetricType::Summary, _) => "summary",
            (MetricType::Histogram | MetricType::GaugeHistogram, _) => "histogram",
            (MetricType::Untyped, TextFormat::Prometheus) => "untyped",
            (MetricType::Untyped, TextFormat::OpenMetrics) => "unknown",
        };
        self.put(format_args!(
            "# HELP {headed} {help}\n# TYPE {headed} {kind}\n"
        ));
        for metric in &family.metric {
            self.metric(name, metric);
        }
    }

    fn metric(&mut self, name: &str, metric: &Metric) {
        let simple = None
            .or(metric.counter.as_ref().map(|counter| counter.value))
            .or(metric.gauge.as_ref().map(|gauge| gauge.value))
            .or(metric.untyped.as_ref().map(|untyped| untyped.value));
        if let Some(value) = simple {
            self.sample(name, "", metric, None, value, None);
        }
        if let Some(summary) = &metric.summary {
            self.summary(name, metric, summary);
        }
        if let Some(histogram) = &metric.histogram {
            self.histogram(name, metric, histogram);
        }
    }

    fn summary(&mut self, name: &str, metric: &Metric, summary: &Summary) {
        self.sample(name, "_sum", metric, None, summary.sample_sum, None);
        let count = summary.sample_count as f64;
        self.sample(name, "_count", metric, None, count, None);
    }

    fn histogram(&mut self, name: &str, metric: &Metric, histogram: &Histogram) {
        for bucket in &histogram.bucket {
            let le = self.bound(bucket.upper_bound);
            let count = bucket.cumulative_count as f64;
            let exemplar = bucket.exemplar.as_ref();
            self.sample(name, "_bucket", metric, Some(&le), count, exemplar);
        }
        self.sample(name, "_sum", metric, None, histogram.sample_sum, None);
        let count = histogram.sample_count as f64;
        self.sample(name, "_count", metric, None, count, None);
    }

    /// One line.
    fn sample(
        &mut self,
        name: &str,
        suffix: &str,
        metric: &Metric,
        le: Option<&str>,
        value: f64,
        exemplar: Option<&Exemplar>,
    ) {
        self.put(format_args!("{name}{suffix}"));
        if !metric.label.is_empty() || le.is_some() {
            self.labels(&metric.label, le);
        }
        self.put(format_args!(" {}", Number(value)));
        match (metric.timestamp_ms, self.format) {
            (0, _) => {}
            (ms, TextFormat::Prometheus) => self.put(format_args!(" {ms}")),
            (ms, TextFormat::OpenMetrics) => self.put(format_args!(" {}", ms as f64 / 1e3)),
        }
        if let (Some(exemplar), TextFormat::OpenMetrics) = (exemplar, self.format) {
            self.exemplar(exemplar);
        }
        self.text.push('\n');
    }

    fn labels(&mut self, labels: &[LabelPair], le: Option<&str>) {
        let mut separator = '{';
        let pairs = labels.iter().map(|pair| (&*pair.name, &*pair.value));
        for (name, value) in pairs.chain(le.map(|le| ("le", le))) {
            let value = value.replace('\\', r"\\").replace('"', "\\\"");
            let value = value.replace('\n', r"\n");
            self.put(format_args!("{separator}{name}=\"{value}\""));
            separator = ',';
        }
        // An exemplar may have no labels.
        self.text
            .push_str(if separator == '{' { "{}" } else { "}" });
    }

    fn exemplar(&mut self, exemplar: &Exemplar) {
        self.text.push_str(" # ");
        self.labels(&exemplar.label, None);
        self.put(format_args!(" {}", Number(exemplar.value)));
        if let Some(at) = &exemplar.timestamp {
            self.put(format_args!(" {}.{:03}", at.seconds, at.nanos / 1_000_000));
        }
    }

    /// OpenMetrics wants a whole bound to look like a float.
    fn bound(&self, bound: f64) -> String {
        match self.format {
            TextFormat::OpenMetrics if bound.is_finite() => format!("{bound:?}"),
            _ => Number(bound).to_string(),
        }
    }

    fn put(&mut self, text: fmt::Arguments<'_>) {
        let written = self.text.write_fmt(text);
        debug_assert!(written.is_ok(), "a string takes everything");
    }
}

struct Number(f64);

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            f64::INFINITY => f.write_str("+Inf"),
            f64::NEG_INFINITY => f.write_str("-Inf"),
            number => write!(f, "{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::prometheus_protobuf::prometheus_data_model::Gauge;

    use super::*;

    #[test]
    fn what_a_client_sent_cannot_break_out_of_its_label() {
        let label = LabelPair {
            name: "route".to_owned(),
            value: "/a?\"b\\c\nd".to_owned(),
        };
        let metric = Metric {
            label: vec![label],
            gauge: Some(Gauge { value: 0.5 }),
            timestamp_ms: 1500,
            ..Metric::default()
        };
        let family = MetricFamily {
            name: "odd".to_owned(),
            help: "Two\nlines.".to_owned(),
            r#type: MetricType::Gauge as i32,
            metric: vec![metric],
            unit: String::new(),
        };
        let head = "# HELP odd Two\\nlines.\n# TYPE odd gauge\n";
        let sample = r#"odd{route="/a?\"b\\c\nd"} 0.5"#;
        let families = [family];
        assert_eq!(
            write(&families, TextFormat::Prometheus),
            format!("{head}{sample} 1500\n")
        );
        assert_eq!(
            write(&families, TextFormat::OpenMetrics),
            format!("{head}{sample} 1.5\n# EOF\n")
        );
    }
}
