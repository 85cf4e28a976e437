//! The words of a search: one line per step, one for the answer.

use super::document::{CapacityDocument, StepInfo};
use crate::capacity::{Conclusion, Judged, Purpose};
use crate::report::format::{maybe_share, number, told_millis};

/// `490/s   p50 1.1 ms  p95 4.2 ms  p99 9.0 ms  bad 0 %   holds`.
pub fn step_line(step: &StepInfo) -> String {
    let [p50, _, p95, p99, _] = step.response.told().map(told_millis);
    format!(
        "step {:2}  {:8} {:>9}   p50 {p50}  p95 {p95}  p99 {p99}  bad {}   {}",
        step.number,
        purpose(step.purpose),
        rate(step.rate),
        maybe_share(step.bad_share),
        verdict(step)
    )
}

/// `holds`, `breaks: p99 71 ms`, `not valid: …`.
pub(super) fn verdict(step: &StepInfo) -> String {
    match step.judged {
        Judged::Holds => "holds".to_owned(),
        Judged::Breaks => format!("breaks: {}", step.why),
        Judged::Invalid => format!("not valid: {}", step.why),
    }
}

/// `climb`, `narrow` or `confirm`.
pub(super) fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Climb => "climb",
        Purpose::Narrow => "narrow",
        Purpose::Confirm => "confirm",
    }
}

/// `490/s`.
pub(super) fn rate(rate: f64) -> String {
    let text = match number(rate) {
        text if text.contains('.') => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        text => text,
    };
    format!("{text}/s")
}

/// The word and the mark of a conclusion.
pub(super) fn title(conclusion: Conclusion) -> &'static str {
    match conclusion {
        Conclusion::Found | Conclusion::FoundWide => "FOUND",
        Conclusion::AtLeastLimit | Conclusion::AtLeastGenerator => "AT LEAST",
        Conclusion::Unsteady => "UNSTEADY",
        Conclusion::NotHeld => "NOT HELD",
        Conclusion::NotMeasured => "INVALID",
        Conclusion::Interrupted => "INTERRUPTED",
    }
}

/// The answer in a sentence, and what else must be known of it.
pub fn headline(doc: &CapacityDocument) -> (String, Vec<String>) {
    let answer = &doc.answer;
    let objective = &doc.objective;
    let low = answer.bracket.low.map_or_else(|| "0/s".to_owned(), rate);
    let high = answer.bracket.high.map(rate);
    let start = rate(doc.search.settings.start);
    let limit = rate(doc.search.settings.limit);
    let ceiling = doc
        .steps
        .iter()
        .filter(|s| s.judged == Judged::Invalid && Some(s.rate) > answer.bracket.low)
        .min_by(|a, b| a.rate.total_cmp(&b.rate));
    let why = ceiling.map_or_else(String::new, |step| step.why.clone());
    let sentence = match answer.conclusion {
        Conclusion::Found | Conclusion::FoundWide => format!(
            "{low} holds {objective}; {} does not",
            high.clone().unwrap_or_default()
        ),
        Conclusion::AtLeastLimit => {
            format!("at least {low}: {objective} held at the limit of the search; raise --limit")
        }
        Conclusion::AtLeastGenerator => {
            format!("at least {low}: the generator, not the service, is the limit ({why})")
        }
        Conclusion::Unsteady => format!(
            "at least {low}: above it {objective} now held and now broke, up to the highest rate tried"
        ),
        Conclusion::NotHeld => {
            let first = doc.steps.iter().find(|s| s.judged == Judged::Breaks);
            let why = first.map_or_else(String::new, |s| format!(" ({})", s.why));
            format!("{objective} does not hold at {start}, the lowest rate{why}; lower --start")
        }
        Conclusion::NotMeasured => {
            let why = doc.steps.last().map_or_else(String::new, |s| s.why.clone());
            format!("no step at {start} was valid, so nothing is known of the service: {why}")
        }
        Conclusion::Interrupted => match &high {
            Some(high) => format!("stopped early: so far {low} held and {high} broke"),
            None => format!("stopped early: so far {low} held and nothing broke"),
        },
    };
    (sentence, notes(doc, &limit))
}

fn notes(doc: &CapacityDocument, limit: &str) -> Vec<String> {
    let answer = &doc.answer;
    let mut notes = Vec::new();
    if let Some(low) = answer.bracket.low {
        let votes = answer.low_votes;
        notes.push(format!(
            "{} held in {} of {}",
            rate(low),
            votes.held,
            votes.valid()
        ));
    }
    if let Some(high) = answer.bracket.high {
        let votes = answer.high_votes;
        notes.push(format!(
            "{} broke in {} of {}",
            rate(high),
            votes.broke,
            votes.valid()
        ));
    }
    for (at, votes) in &answer.contradicted {
        notes.push(format!(
            "{} held in {} of {}: steps contradict each other there",
            rate(*at),
            votes.held,
            votes.valid()
        ));
    }
    if let (Some(low), Some(high)) = (answer.bracket.low, answer.bracket.high)
        && answer.conclusion == Conclusion::Found
        && high > low * (1.0 + doc.search.settings.precision) * 1.001
    {
        notes.push(format!(
            "the bracket is {:.0} % wide, not {:.0} %, because of those contradictions",
            (high / low - 1.0) * 100.0,
            doc.search.settings.precision * 100.0
        ));
    }
    if answer.conclusion == Conclusion::FoundWide {
        notes.push(
            "between them the generator could not deliver the load, so the bracket is wider than asked for"
                .to_owned(),
        );
    }
    if answer.conclusion == Conclusion::Unsteady {
        notes.push(format!("the search went up to {limit} at most"));
    }
    let invalid = doc
        .steps
        .iter()
        .filter(|s| s.judged == Judged::Invalid)
        .count();
    if invalid > 0 {
        notes.push(format!(
            "{invalid} of {} steps were not valid and count for nothing",
            doc.steps.len()
        ));
    }
    notes
}
