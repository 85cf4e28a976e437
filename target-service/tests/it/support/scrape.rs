//! The exposition, read the way Prometheus reads it.

use std::collections::{BTreeMap, BTreeSet};

/// Every sample of one scrape.
#[derive(Debug)]
pub(crate) struct Scrape {
    samples: Vec<Sample>,
}

#[derive(Debug)]
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
    timestamp: Option<f64>,
}

impl Scrape {
    pub(crate) fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Self {
            samples: lines.map(sample).collect(),
        }
    }

    /// The one sample with exactly these labels; `None` when absent, which is not 0.
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let exact = |s: &&Sample| s.labels.len() == labels.len();
        let mut found = self.matching(name, labels).filter(exact);
        let value = found.next().map(|sample| sample.value);
        assert!(found.next().is_none(), "duplicate series {name} {labels:?}");
        value
    }

    /// Sum of all samples with at least these labels.
    pub(crate) fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.matching(name, labels).map(|sample| sample.value).sum()
    }

    /// How much [`Scrape::sum`] grew since `before`.
    pub(crate) fn delta(&self, before: &Self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.sum(name, labels) - before.sum(name, labels)
    }

    /// The values that a label has in the series of one name.
    pub(crate) fn label_values(&self, name: &str, label: &str) -> BTreeSet<&str> {
        let samples = self.samples.iter().filter(|sample| sample.name == name);
        let values = samples.filter_map(|sample| sample.labels.get(label));
        values.map(String::as_str).collect()
    }

    /// Explicit timestamps of all samples; `None` among them: a sample without one.
    pub(crate) fn timestamps(&self) -> Vec<Option<f64>> {
        self.samples.iter().map(|sample| sample.timestamp).collect()
    }

    pub(crate) fn count(&self, name: &str) -> usize {
        self.matching(name, &[]).count()
    }

    fn matching<'a>(
        &'a self,
        name: &'a str,
        labels: &'a [(&'a str, &'a str)],
    ) -> impl Iterator<Item = &'a Sample> {
        self.samples.iter().filter(move |sample| {
            let has = |(label, value): &(&str, &str)| {
                sample
                    .labels
                    .get(*label)
                    .is_some_and(|found| found == value)
            };
            sample.name == name && labels.iter().all(has)
        })
    }
}

/// `name{label="value",...} number [timestamp] [# exemplar]`; our values hold braces but no quotes.
fn sample(line: &str) -> Sample {
    let line = line.split(" # ").next().expect("a sample");
    let (series, numbers) = match line.rsplit_once("} ") {
        Some(both) => both,
        None => line.split_once(' ').expect("a value"),
    };
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    let pairs = labels.split("\",").filter(|pair| !pair.is_empty());
    let label = |pair: &str| {
        let (label, value) = pair.split_once("=\"").expect("a label");
        (label.to_owned(), value.trim_end_matches('"').to_owned())
    };
    let mut numbers = numbers.split(' ').map(|n| n.parse().expect("a number"));
    Sample {
        name: name.to_owned(),
        labels: pairs.map(label).collect(),
        value: numbers.next().expect("a value"),
        timestamp: numbers.next(),
    }
}
