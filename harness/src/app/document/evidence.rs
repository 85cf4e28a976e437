//! Evidence in a few words.

use crate::model::{Answer, EvidenceSet, Reading, Series};
use crate::report::document::EvidenceInfo;

/// How many series are told before the rest is counted.
const SERIES_TOLD: usize = 8;

/// One entry per item.
pub(super) fn evidence(set: &EvidenceSet) -> Vec<EvidenceInfo> {
    set.iter()
        .map(|item| EvidenceInfo {
            id: item.id,
            source: item.source.clone(),
            asked: item.asked.clone(),
            answer: words(&item.answer),
        })
        .collect()
}

fn words(answer: &Answer) -> String {
    match answer {
        Answer::Empty => "empty: the server answered that nothing is there".to_owned(),
        Answer::Unavailable { error } => format!("no answer: {error}"),
        Answer::Rejected { error } => format!("refused: {error}"),
        Answer::Value(reading) => value(reading),
    }
}

fn value(reading: &Reading) -> String {
    match reading {
        Reading::Series(series) => {
            let mut lines: Vec<String> = series.iter().take(SERIES_TOLD).map(line).collect();
            if series.len() > SERIES_TOLD {
                lines.push(format!("and {} more series", series.len() - SERIES_TOLD));
            }
            lines.join("\n")
        }
        Reading::Rules(groups) => {
            format!(
                "{} rules in {} groups",
                groups.iter().map(|g| g.rules.len()).sum::<usize>(),
                groups.len()
            )
        }
        Reading::Text(text) => text.clone(),
        Reading::Alerts(log) => {
            format!(
                "{} changes of state in {} polls, {} failed",
                log.transitions.len(),
                log.polls,
                log.failed_polls
            )
        }
        Reading::Notifications(list) => format!("{} deliveries", list.len()),
    }
}

fn line(series: &Series) -> String {
    let labels: Vec<String> = series
        .labels
        .iter()
        .map(|(k, v)| format!("{k}=\"{v}\""))
        .collect();
    let number = |value: Option<f64>| value.map_or_else(|| "NaN".to_owned(), |v| v.to_string());
    let values = match series.points.as_slice() {
        [] => "no points".to_owned(),
        [only] => number(only.value),
        [first, .., last] => {
            format!(
                "{} … {} ({} points)",
                number(first.value),
                number(last.value),
                series.points.len()
            )
        }
    };
    format!("{{{}}} {values}", labels.join(", "))
}
