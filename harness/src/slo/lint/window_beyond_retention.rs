//! Windows that reach further back than samples are kept.

use super::Finding;
use super::expression::ranges;
use super::subject::Subject;

pub(super) const ID: &str = "window-beyond-retention";
pub(super) const TITLE: &str = "a window reaches further back than samples are kept";

pub(super) fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(retention) = subject.settings.retention else {
        return Vec::new();
    };
    let kept = retention.to_promql();
    let mut found = Vec::new();
    for file in subject.slos {
        for slo in file.slos.iter().filter(|slo| !slo.allows(ID)) {
            let length = &slo.window.length;
            if let Some(period) = length.value.fixed().filter(|period| *period > retention) {
                let message = format!(
                    "a period of {} is longer than the {kept} that samples are kept",
                    period.to_promql()
                );
                let remedy = format!("--storage.tsdb.retention.time={}", period.to_promql());
                found.push(Finding::new(ID, &file.source, length.span, message, remedy));
            }
        }
    }
    for file in subject.rules {
        for rule in &file.rules {
            for range in ranges(&rule.expr)
                .iter()
                .filter(|range| range.length > retention)
            {
                let message = format!(
                    "`{}` looks back {}, and samples are kept for {kept}",
                    rule.name, range.text
                );
                let span = file.source.within(rule.expr_span, range.text);
                let remedy = format!("--storage.tsdb.retention.time={}", range.text);
                found.push(Finding::new(ID, &file.source, span, message, remedy));
            }
        }
    }
    found
}
