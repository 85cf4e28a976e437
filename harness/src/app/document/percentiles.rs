//! Percentiles that say nothing where there are too few samples.

use crate::ledger::LatencyHistogram;
use crate::model::samples_needed;
use crate::report::document::Percentiles;

/// Percentiles of a histogram of microseconds, in milliseconds, where there are enough samples for them.
pub(in crate::app) fn percentiles(histogram: &LatencyHistogram) -> Percentiles {
    let count = histogram.count();
    let at = |q: f64| {
        histogram
            .quantile(q)
            .filter(|_| count >= samples_needed(q))
            .map(millis)
    };
    Percentiles {
        count,
        p50_ms: at(0.5),
        p90_ms: at(0.9),
        p95_ms: at(0.95),
        p99_ms: at(0.99),
        max_ms: histogram.max().map(millis),
        censored_from_ms: None,
    }
}

/// Percentiles of response times of which some are known only to be longer than recorded.
pub(in crate::app) fn censored(
    response: &LatencyHistogram,
    given_up: &LatencyHistogram,
) -> Percentiles {
    Percentiles {
        censored_from_ms: given_up.min().map(millis),
        ..percentiles(response)
    }
}

/// The percentile curve in milliseconds.
pub(super) fn curve(histogram: &LatencyHistogram) -> Vec<(f64, f64)> {
    histogram
        .curve()
        .into_iter()
        .map(|(q, us)| (q, millis(us)))
        .collect()
}

/// Microseconds as milliseconds.
pub(in crate::app) fn millis(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_censored_mass_is_a_lower_bound() {
        let (mut response, mut given_up) =
            (LatencyHistogram::default(), LatencyHistogram::default());
        (0..190).for_each(|_| response.record(2000));
        for _ in 0..10 {
            response.record(5_000_000);
            given_up.record(5_000_000);
        }
        let bounds = censored(&response, &given_up)
            .told()
            .map(|(_, bound)| bound);
        assert_eq!(bounds, [false, false, false, false, true]);
        (0..10).for_each(|_| given_up.record(1000));
        assert!(censored(&response, &given_up).told()[0].1);
    }

    #[test]
    fn a_percentile_with_too_few_samples_is_left_out() {
        let mut histogram = LatencyHistogram::default();
        for _ in 0..200 {
            histogram.record(2000);
        }
        let p = percentiles(&histogram);
        assert_eq!(
            (p.p50_ms.is_some(), p.p95_ms.is_some(), p.p99_ms),
            (true, true, None)
        );
    }
}
