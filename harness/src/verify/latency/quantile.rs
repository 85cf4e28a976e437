//! The histogram's quantile lies in the bucket where the client saw it.

use crate::ledger::{Cell, LatencyHistogram, Ledger, OutcomeCounts};
use crate::model::{Evidence, Finding, Hop, Millis, Question, Series, samples_needed};
use crate::scenario::Plan;
use crate::scenario::plan::LatencySignal;
use crate::verify::buckets::{Bucket, Buckets, NoQuantile, upper_bound};
use crate::verify::case::Case;
use crate::verify::check::{Check, Meta};
use crate::verify::counter::Movement;
use crate::verify::endpoint::{Endpoint, endpoints};
use crate::verify::words;

use super::gap;

/// `latency/quantile`.
#[derive(Debug, Clone, Copy)]
pub struct Quantile;

const META: Meta = Meta {
    id: "latency/quantile",
    hop: Hop::Latency,
    title: "the latency histogram puts the quantile into the bucket where clients saw it",
    failure: "the histogram measures something else than users wait for, or in another unit",
    needs_planned_load: true,
    builds_on: &["generator/conservation"],
};

impl Check for Quantile {
    fn meta(&self) -> Meta {
        META
    }

    fn wants(&self, plan: &Plan) -> Vec<Question> {
        plan.signals.latency.iter().map(question).collect()
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Finding> {
        let Some(signal) = &case.plan.signals.latency else {
            let why = "the scenario names no latency histogram";
            return vec![META.skipped("latency histogram", why)];
        };
        match META.series(case, &question(signal), &signal.selector, "prometheus") {
            Ok((evidence, series)) => of_endpoints(case, signal, evidence, series),
            Err(finding) => vec![*finding],
        }
    }
}

/// The histogram's samples; other checks that look at them ask the same question.
pub(super) fn question(signal: &LatencySignal) -> Question {
    Question::PromSamples {
        selector: signal.selector.clone(),
    }
}

fn of_endpoints(
    case: &Case<'_>,
    signal: &LatencySignal,
    evidence: &Evidence,
    series: &[Series],
) -> Vec<Finding> {
    endpoints(
        case.plan,
        signal.route_label.as_deref(),
        signal.method_label.as_deref(),
    )
    .iter()
    .map(|endpoint| {
        let own: Vec<&Series> = series.iter().filter(|s| endpoint.owns(s)).collect();
        of_endpoint(case, signal, endpoint, &own).evidence([evidence.id])
    })
    .collect()
}

fn of_endpoint(
    case: &Case<'_>,
    signal: &LatencySignal,
    endpoint: &Endpoint<'_>,
    series: &[&Series],
) -> Finding {
    let cells = endpoint.cells(case.ledger);
    let outcomes = Ledger::sum_outcomes(cells.iter().copied());
    let title = endpoint.title();
    if outcomes.total() == 0 {
        return META.skipped(title, "no arrival was planned on this route");
    }
    let subject = format!("{title} p{}", percentile(signal.quantile));
    let client = Client::new(signal.quantile, &cells, &outcomes);
    let needed = samples_needed(signal.quantile);
    if client.service.count() < needed {
        return too_few(case, subject, client.service.count(), needed);
    }
    let (baseline, settled) = (case.timeline.baseline, case.timeline.settled);
    let Some(all) = Movement::over(series.iter().copied(), baseline, settled) else {
        return META
            .fail(
                subject,
                format!("no bucket series has {}", endpoint.matchers()),
            )
            .expected(client.to_string())
            .observed("no series")
            .hint("compare the selector and its labels with the service's /metrics page");
    };
    if all.last_at < case.timeline.load_end {
        let age = words::age(all.last_at, case.timeline.load_end);
        return META
            .undecided(subject, format!("last sample is {age} older than the last response"))
            .expected(client.to_string())
            .observed(all.provenance())
            .hint("see in Prometheus' targets page why the scrape stopped, or raise the settle timeout");
    }
    let buckets = Buckets::new(series.iter().filter_map(|s| {
        let increase = Movement::of(&s.points, baseline, settled)?.increase;
        Some((upper_bound(s.label("le"))?, increase))
    }));
    match buckets.holding(signal.quantile) {
        Err(why) => META
            .fail(subject, format!("the histogram has no quantile: {why}"))
            .observed(all.provenance())
            .hint(match why {
                NoQuantile::NoInfinity | NoQuantile::NoFinite => {
                    "histogram_quantile reads NaN here: select all buckets; no matcher may choose among the `le`"
                }
                NoQuantile::Empty => {
                    "histogram_quantile reads NaN here: see that the histogram is observed for every response"
                }
            }),
        Ok(bucket) => compared(case, subject, signal, bucket, (&client, &cells)).observed(format!(
            "{bucket} over {}",
            words::count(buckets.total().round() as u64, "request")
        )),
    }
    .expected(client.to_string())
}

/// The scenario asked for the quantile and did not get it. With a few responses other checks still look at the route;
/// without one there is nothing to compare, and that is no agreement.
fn too_few(case: &Case<'_>, subject: String, count: u64, needed: u64) -> Finding {
    let load = case.plan.load.duration();
    let longer = Millis((load.0 * needed).div_ceil(count.max(1)).div_ceil(1000) * 1000);
    let n = words::count(count, "response");
    let finding = META
        .undecided(subject, format!("{n}; this quantile needs {needed}"))
        .expected(format!("at least {}", words::count(needed, "response")))
        .observed(n);
    if count == 0 {
        return finding.hint("see why nothing was answered on this route");
    }
    finding
        .hint(format!(
            "load for {longer} at this rate, raise the rate or the route's weight, or ask for a lower quantile"
        ))
        .warning()
}

/// What clients waited at a quantile, as far as it is known which requests the server timed.
struct Client {
    service: LatencyHistogram,
    /// Lowest and highest value that the quantile can have, in microseconds; no highest when too many requests were
    /// never answered.
    low: u64,
    high: Option<u64>,
}

impl Client {
    /// The server may have timed any of the `a` unanswered requests too. Had it timed all and they were the fastest,
    /// rank `q × (n + a)` of all would be rank `q × (n + a) − a` of the `n` answered ones; had they been the slowest,
    /// it would be rank `q × (n + a)` of them. Nothing else lies further apart.
    fn new(q: f64, cells: &[&Cell], outcomes: &OutcomeCounts) -> Self {
        let service = Ledger::merge_histograms(cells.iter().copied(), |c| &c.service);
        let (n, a) = (service.count() as f64, outcomes.ambiguous() as f64);
        let at = |rank: f64| {
            service
                .quantile(rank / n)
                .filter(|_| rank > 0.0 && rank <= n)
        };
        // Without unanswered requests the quantile itself, free of rounding.
        let (low, high) = if outcomes.ambiguous() == 0 {
            (service.quantile(q), service.quantile(q))
        } else {
            let rank = q * (n + a);
            (at(rank - a), at(rank))
        };
        Self {
            low: low.unwrap_or(0),
            high,
            service,
        }
    }
}

impl std::fmt::Display for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let n = words::count(self.service.count(), "response");
        match self.high {
            Some(high) if high == self.low => write!(f, "{} over {n}", words::micros(high)),
            Some(high) => {
                let (low, high) = (words::micros(self.low), words::micros(high));
                write!(f, "{low} to {high} over {n}")
            }
            None => write!(f, "{} or more over {n}", words::micros(self.low)),
        }
    }
}

/// The server times a part of what the client waits for, so its quantile is at most the client's, and at least the
/// client's less the gap that the scenario allows for network, queues and scheduling.
fn compared(
    case: &Case<'_>,
    subject: String,
    signal: &LatencySignal,
    bucket: Bucket,
    (client, cells): (&Client, &[&Cell]),
) -> Finding {
    let gap_us = signal.allowed_gap.0 * 1000;
    // The ledger's histogram reads up to 0.1 % high.
    let least = (client.low - client.low / 1000).saturating_sub(gap_us) as f64 / 1e6;
    let beyond = client.low.saturating_sub((bucket.upper * 1e6) as u64);
    if client.high.is_some_and(|us| us as f64 / 1e6 < bucket.lower) {
        META.fail(
            subject,
            format!("the service claims {bucket}, clients never waited that long"),
        )
        .hint("the histogram must be in seconds, and `le` too; see that it times one request, once")
    } else if least > bucket.upper {
        META.fail(
            subject,
            format!("the service claims {bucket}, clients waited longer"),
        )
        .hint(gap::parts(case, cells, bucket, beyond, signal.allowed_gap))
    } else if bucket.upper.is_infinite() {
        META.undecided(
            subject,
            format!("the quantile lies {bucket}, the highest bound"),
        )
        .hint("add buckets above it: every dashboard reads the highest bound instead of the truth")
    } else {
        META.pass(
            subject,
            format!("clients' quantile fits the bucket {bucket}"),
        )
    }
}

/// `95`, `99.9`: a quantile in the words of people.
fn percentile(q: f64) -> String {
    // Rounded to what a float can hold, so that 0.999 does not become 99.9000001.
    ((q * 1e8).round() / 1e6).to_string()
}

#[cfg(test)]
mod tests;
