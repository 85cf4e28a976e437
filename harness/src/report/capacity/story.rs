//! The words of a search: one line per step, one for the answer.

use std::fmt::Write as _;

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

/// Where more than this share goes wrong, it is hardly the rate that is to blame.
const MOSTLY: f64 = 0.5;

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
            let wrong = first.and_then(|s| s.bad_share).unwrap_or(0.0);
            let remedy = if wrong > MOSTLY {
                "see with `sloproof load` what it answers"
            } else {
                "lower --start"
            };
            format!("{objective} does not hold at {start}, the lowest rate{why}; {remedy}")
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
    let repeats = doc.search.settings.repeats;
    for (end, votes, word, n) in [
        (
            answer.bracket.low,
            answer.low_votes,
            "held",
            answer.low_votes.held,
        ),
        (
            answer.bracket.high,
            answer.high_votes,
            "broke",
            answer.high_votes.broke,
        ),
    ] {
        let Some(end) = end else { continue };
        let mut note = format!("{} {word} in {n} of {}", rate(end), votes.valid());
        if votes.valid() <= repeats && answer.conclusion != Conclusion::Interrupted {
            let _ = write!(note, ", not in {} as asked for", repeats + 1);
        }
        notes.push(note);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::capacity::sample::{document, step};
    use crate::report::terminal::Style;

    #[test]
    fn what_was_found_is_told_with_how_often_it_was_seen() {
        let doc = document(
            100.0,
            1000.0,
            &[
                step(100.0, Judged::Holds),
                step(200.0, Judged::Holds),
                step(209.0, Judged::Breaks),
                step(200.0, Judged::Holds),
                step(209.0, Judged::Breaks),
            ],
        );
        assert_eq!(
            doc.sentence,
            "200/s holds p99 < 50 ms, at most 1.0 % bad; 209/s does not"
        );
        assert_eq!(doc.notes, ["200/s held in 2 of 2", "209/s broke in 2 of 2"]);
        let text = crate::report::capacity::summary(&doc, Style::default());
        assert!(text.starts_with("FOUND  200/s holds"), "{text}");
        assert_eq!(
            text.lines()
                .filter(|line| line.contains("breaks: p99 71 ms"))
                .count(),
            2
        );
    }

    #[test]
    fn contradictions_and_their_price_are_told() {
        let doc = document(
            100.0,
            1000.0,
            &[
                step(100.0, Judged::Holds),
                step(200.0, Judged::Breaks),
                step(141.0, Judged::Holds),
                step(141.0, Judged::Breaks),
            ],
        );
        let notes = doc.notes.join("\n");
        for told in [
            "100/s held in 1 of 1, not in 2 as asked for",
            "141/s held in 1 of 2: steps contradict each other there",
            "the bracket is 100 % wide, not 5 %, because of those contradictions",
        ] {
            assert!(notes.contains(told), "{notes}");
        }
    }

    #[test]
    fn a_limit_of_the_generator_is_never_told_as_one_of_the_service() {
        let steps = [step(100.0, Judged::Holds), step(200.0, Judged::Invalid)];
        let doc = document(100.0, 1000.0, &steps);
        assert_eq!(
            doc.sentence,
            "at least 100/s: the generator, not the service, is the limit (requests left 26 ms late (p99))"
        );
        assert!(
            doc.notes
                .iter()
                .any(|note| note.starts_with("1 of 2 steps were not valid"))
        );
        let nothing = document(100.0, 1000.0, &[step(100.0, Judged::Invalid)]);
        assert!(nothing.sentence.starts_with("no step at 100/s was valid"));
    }
}
