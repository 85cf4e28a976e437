//! The rate over a phase: a level, a line, steps, a spike, a swing, or recorded arrivals.

use crate::model::Millis;
use crate::model::yaml::Path;
use crate::scenario::files::Files;
use crate::scenario::plan::Curve;
use crate::scenario::quantity::Remedy;
use crate::scenario::review::Review;
use crate::scenario::spec::{PhaseSpec, RateSpec, SineSpec, SpikeSpec};

/// Rates at the start and at the end, and how the one becomes the other.
pub(super) fn rate(
    spec: &PhaseSpec,
    duration: Millis,
    files: &Files,
    path: &Path,
    review: &mut Review<'_>,
) -> (f64, f64, Curve) {
    let forms: Vec<&str> = [
        spec.spike.as_ref().map(|_| "spike"),
        spec.sine.as_ref().map(|_| "sine"),
        spec.replay.as_ref().map(|_| "replay"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let [_, second, ..] = forms.as_slice() {
        review.report(
            &path.at(*second),
            "a phase has one of `spike`, `sine` and `replay`",
            |d| d.hint("a phase for each"),
        );
    }
    if let Some(file) = &spec.replay {
        return replay(spec, file, duration, files, path, review);
    }
    let path_of_rate = path.at("rate");
    let Some(rate) = &spec.rate else {
        review.report(path, "missing field `rate`", |d| d);
        return (0.0, 0.0, Curve::Line);
    };
    let (from, to, curve) = match rate {
        RateSpec::Constant(text) => {
            let rate = review.rate(&path_of_rate, text);
            (rate, rate, Curve::Line)
        }
        RateSpec::Ramp(ramp) => (
            review.rate(&path_of_rate.at("from"), &ramp.from),
            review.rate(&path_of_rate.at("to"), &ramp.to),
            Curve::Line,
        ),
        RateSpec::Steps(texts) => {
            let rates: Vec<f64> = texts
                .iter()
                .enumerate()
                .map(|(i, text)| review.rate(&path_of_rate.at(i), text))
                .collect();
            let (Some(first), Some(last)) = (rates.first(), rates.last()) else {
                review.report(&path_of_rate, "a staircase needs at least one step", |d| d);
                return (0.0, 0.0, Curve::Line);
            };
            (*first, *last, Curve::Steps { rates })
        }
    };
    let level = matches!(rate, RateSpec::Constant(_));
    if !level && let Some(form) = forms.first() {
        let message = format!("a {form} needs a constant `rate` to start from");
        review.report(&path.at(*form), message, |d| d);
    }
    let curve = match (&spec.spike, &spec.sine) {
        (Some(spike_spec), _) => spike(spike_spec, duration, &path.at("spike"), review),
        (None, Some(sine_spec)) => sine(sine_spec, from, &path.at("sine"), review),
        (None, None) => curve,
    };
    (from, to, curve)
}

fn spike(spec: &SpikeSpec, duration: Millis, path: &Path, review: &mut Review<'_>) -> Curve {
    let peak = review.rate(&path.at("rate"), &spec.rate);
    let at = review.duration(&path.at("at"), &spec.at);
    let width = review.length(&path.at("duration"), &spec.duration);
    if at + width > duration {
        let message = format!(
            "the spike ends after {}, the phase after {duration}",
            at + width
        );
        review.report(path, message, |d| d);
    }
    Curve::Spike { peak, at, width }
}

fn sine(spec: &SineSpec, mean: f64, path: &Path, review: &mut Review<'_>) -> Curve {
    let amplitude = review.rate(&path.at("amplitude"), &spec.amplitude);
    let period = review.length(&path.at("period"), &spec.period);
    if amplitude > mean {
        review.report(
            &path.at("amplitude"),
            format!("a swing of {amplitude}/s around {mean}/s would go below zero"),
            |d| d.label("at most the phase's `rate`"),
        );
    }
    Curve::Sine { amplitude, period }
}

fn replay(
    spec: &PhaseSpec,
    file: &str,
    duration: Millis,
    files: &Files,
    path: &Path,
    review: &mut Review<'_>,
) -> (f64, f64, Curve) {
    if spec.rate.is_some() {
        review.report(
            &path.at("rate"),
            "recorded arrivals have their own rate",
            |d| d.hint("leave `rate` out beside `replay`"),
        );
    }
    let read = files
        .read(file)
        .and_then(|source| recorded(&source.file, &source.text, duration));
    let due_us = read.unwrap_or_else(|remedy| {
        review.report_part(&path.at("replay"), file, remedy);
        vec![]
    });
    let mean = if duration == Millis(0) {
        0.0
    } else {
        due_us.len() as f64 / duration.as_secs_f64()
    };
    (mean, mean, Curve::Replay { due_us })
}

/// Microseconds from lines of seconds; empty lines and lines that begin with `#` are passed over.
fn recorded(file: &str, text: &str, duration: Millis) -> Result<Vec<u64>, Remedy> {
    let mut due_us: Vec<u64> = Vec::new();
    for (number, line) in text
        .lines()
        .enumerate()
        .map(|(i, line)| (i + 1, line.trim()))
    {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let seconds = line
            .parse::<f64>()
            .ok()
            .filter(|s| s.is_finite() && *s >= 0.0);
        let Some(seconds) = seconds else {
            let message = format!("{file}:{number}: `{line}` is not a time in seconds");
            return Err(Remedy::new(message).label("one number a line, such as 1.25"));
        };
        let us = (seconds * 1e6).round() as u64;
        if us > duration.0 * 1000 {
            let message = format!("{file}:{number}: {seconds} s is after the end of the phase");
            return Err(Remedy::new(message).label("a longer `duration`, or fewer arrivals"));
        }
        if due_us.last().is_some_and(|before| *before > us) {
            let message = format!("{file}:{number}: {seconds} s is earlier than the line before");
            return Err(Remedy::new(message).hint(Some("sort -n".into())));
        }
        due_us.push(us);
    }
    Ok(due_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_times_are_read_in_order_and_within_the_phase() {
        let read = |text: &str| recorded("a.txt", text, Millis(2000)).map_err(|r| r.message);
        assert_eq!(
            read("# seconds\n0\n0.5\n\n2\n"),
            Ok(vec![0, 500_000, 2_000_000])
        );
        let wrong = [
            ("soon", "a.txt:1: `soon` is not a time in seconds"),
            ("1\n-1", "a.txt:2: `-1` is not a time in seconds"),
            ("1\n2.5", "a.txt:2: 2.5 s is after the end of the phase"),
            ("1\n0.5", "a.txt:2: 0.5 s is earlier than the line before"),
        ];
        for (text, message) in wrong {
            assert_eq!(read(text), Err(message.to_owned()));
        }
    }
}
