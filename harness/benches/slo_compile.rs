//! A thousand SLOs into rules: how long it takes and how much memory the process has used by then.
#![forbid(unsafe_code)]

use std::fmt::Write as _;
use std::time::Instant;

use sloproof::model::Source;
use sloproof::slo::compile::{Options, compile};
use sloproof::slo::{Slo, openslo};

const SLOS: usize = 1000;
const FILES: usize = 10;

/// One of ten files: the reader refuses a file of more than 50,000 values.
fn documents(file: usize) -> String {
    let mut text = String::new();
    for i in (file * SLOS / FILES)..((file + 1) * SLOS / FILES) {
        let _ = write!(
            text,
            "---\napiVersion: openslo/v1\nkind: SLO\nmetadata: {{ name: slo-{i} }}\nspec:\n  service: s{i}\n  indicator:\n    metadata: {{ name: errors }}\n    spec:\n      ratioMetric:\n        counter: true\n        bad: {{ metricSource: {{ type: Prometheus, spec: {{ query: 'requests_total{{service=\"s{i}\",status=~\"5..\"}}' }} }} }}\n        total: {{ metricSource: {{ type: Prometheus, spec: {{ query: 'requests_total{{service=\"s{i}\"}}' }} }} }}\n  timeWindow: [{{ duration: 30d, isRolling: true }}]\n  budgetingMethod: Occurrences\n  objectives: [{{ target: 0.999 }}]\n"
        );
    }
    text
}

/// The most memory this process ever held, in MB, as Linux counts it.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes / 1000.0)
}

fn main() {
    let sources: Vec<Source> = (0..FILES)
        .map(|file| Source {
            file: format!("slo-{file}.yaml"),
            text: documents(file),
        })
        .collect();
    let begun = Instant::now();
    let mut found = Vec::new();
    let read = |source: &Source| openslo::read(source, &mut found);
    let slos: Vec<Slo> = sources.iter().flat_map(read).collect();
    assert!(found.is_empty() && slos.len() == SLOS, "{found:?}");
    let read = begun.elapsed();
    let rules = compile(&slos, "slo/", &Options::default()).expect("all compile");
    let whole = begun.elapsed();
    println!(
        "{SLOS} SLOs: read in {:.0} ms, compiled in {:.0} ms into {:.1} MB of rules, {} MB of memory at most",
        read.as_secs_f64() * 1e3,
        whole.saturating_sub(read).as_secs_f64() * 1e3,
        rules.len() as f64 / 1e6,
        peak().map_or_else(|| "?".to_owned(), |peak| format!("{peak:.0}"))
    );
}
