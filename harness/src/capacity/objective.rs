//! What must hold at a rate for the rate to count.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::{Ratio, RatioError, samples_needed};

/// Bounds on percentiles of the response time, and on the share of bad outcomes. All must hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// At least one.
    pub latency: Vec<LatencyBound>,
    /// Bad outcomes, at most: unexpected statuses, time-outs, broken and failed connections, arrivals never sent.
    pub bad: Ratio,
}

/// `p99 < 50ms`: a percentile of the response time over all requests, and what it must stay below.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LatencyBound {
    /// Between 0 and 1, both excluded.
    pub quantile: f64,
    /// In microseconds.
    pub below_us: u64,
}

/// Why a text is no objective.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObjectiveError {
    /// Not of the form.
    #[error("`{text}` is not an objective; write a percentile and its bound, such as 'p99 < 50ms'")]
    Form {
        /// As typed.
        text: String,
    },
    /// A percentile that is none.
    #[error("`{text}` is not a percentile; write p50, p95, p99 or p99.9")]
    Percentile {
        /// As typed.
        text: String,
    },
    /// A bound that is none.
    #[error("`{text}` is not a bound above 0; write 800us, 50ms or 1.5s")]
    Bound {
        /// As typed.
        text: String,
    },
    /// A text that is no share.
    #[error(transparent)]
    NoShare(#[from] RatioError),
    /// A share that leaves nothing to hold.
    #[error("`{text}` is not a share of requests below 100 %; write 1% or 0.1%")]
    Share {
        /// As typed.
        text: String,
    },
}

impl Objective {
    /// Samples that a step must have to judge every percentile.
    pub fn samples(&self) -> u64 {
        self.latency
            .iter()
            .map(LatencyBound::samples)
            .max()
            .unwrap_or(1)
    }

    /// The longest bound, in microseconds: no request that is slower is ever welcome.
    pub fn slowest_us(&self) -> u64 {
        self.latency.iter().map(|b| b.below_us).max().unwrap_or(1)
    }

    /// The tightest bound, in microseconds.
    pub fn tightest_us(&self) -> u64 {
        self.latency.iter().map(|b| b.below_us).min().unwrap_or(1)
    }
}

impl LatencyBound {
    /// Samples that this percentile needs.
    pub fn samples(&self) -> u64 {
        samples_needed(self.quantile)
    }

    /// `p99`, `p99.9`.
    pub fn name(&self) -> String {
        // Rounded to what a float can hold, so that 0.999 does not become 99.9000001.
        format!("p{}", (self.quantile * 1e8).round() / 1e6)
    }
}

impl FromStr for LatencyBound {
    type Err = ObjectiveError;

    fn from_str(text: &str) -> Result<Self, ObjectiveError> {
        let (percentile, bound) = text.split_once('<').ok_or_else(|| ObjectiveError::Form {
            text: text.to_owned(),
        })?;
        let (percentile, bound) = (percentile.trim(), bound.trim_start_matches('=').trim());
        let quantile = percentile
            .strip_prefix(['p', 'P'])
            .and_then(|number| number.parse::<f64>().ok())
            .map(|number| number / 100.0)
            .filter(|q| *q > 0.0 && *q < 0.999_999)
            .ok_or_else(|| ObjectiveError::Percentile {
                text: percentile.to_owned(),
            })?;
        let below_us = micros(bound).ok_or_else(|| ObjectiveError::Bound {
            text: bound.to_owned(),
        })?;
        Ok(Self { quantile, below_us })
    }
}

/// `800us`, `50ms`, `1.5s`, above zero and at most an hour.
fn micros(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let number: f64 = text[..digits].parse().ok()?;
    let unit = match text[digits..].trim() {
        "us" | "µs" => 1.0,
        "ms" => 1e3,
        "s" => 1e6,
        _ => return None,
    };
    let us = number * unit;
    (1.0..=3.6e9).contains(&us).then(|| us.round() as u64)
}

/// Reads a share of requests: `1%`, `0.1 %`, `0%`.
pub fn share(text: &str) -> Result<Ratio, ObjectiveError> {
    match text.parse()? {
        share @ Ratio(..1.0) => Ok(share),
        _ => Err(ObjectiveError::Share {
            text: text.to_owned(),
        }),
    }
}

impl fmt::Display for LatencyBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} < {}", self.name(), told(self.below_us))
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for bound in &self.latency {
            write!(f, "{bound}, ")?;
        }
        write!(f, "at most {} bad", self.bad)
    }
}

/// Microseconds as they would be typed.
fn told(us: u64) -> String {
    match us {
        us if us < 1000 => format!("{us} µs"),
        us if us < 1_000_000 => format!("{} ms", us as f64 / 1e3),
        us => format!("{} s", us as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn objectives_are_read_as_people_write_them() {
        for (text, quantile, below_us) in [
            ("p99 < 50ms", 0.99, 50_000),
            ("p99.9<1.5s", 0.999, 1_500_000),
            ("P50 <= 800us", 0.5, 800),
            (" p95 < 20 ms ", 0.95, 20_000),
        ] {
            let bound: LatencyBound = text.parse().unwrap();
            assert!((bound.quantile - quantile).abs() < 1e-12, "{text}");
            assert_eq!(bound.below_us, below_us, "{text}");
        }
        assert_eq!(share("1%").unwrap(), Ratio(0.01));
        assert_eq!(share("0").unwrap(), Ratio(0.0));
    }

    #[test]
    fn what_is_no_objective_is_told_with_an_example() {
        for (text, told) in [
            ("p99 > 50ms", "such as 'p99 < 50ms'"),
            ("99 < 50ms", "write p50"),
            ("p100 < 50ms", "write p50"),
            ("p0 < 50ms", "write p50"),
            ("p99 < 50", "write 800us"),
            ("p99 < 0ms", "write 800us"),
            ("p99 < 50min", "write 800us"),
            ("p99 < .ms", "write 800us"),
        ] {
            let error = text.parse::<LatencyBound>().unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
        for text in ["100%", "-1%", "x", "", "NaN"] {
            assert!(share(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_percentile_needs_ten_samples_beyond_it() {
        let samples = ["p50 < 1s", "p95 < 1s", "p99 < 1s", "p99.9 < 1s"]
            .map(|text| text.parse::<LatencyBound>().unwrap().samples());
        assert_eq!(samples, [20, 200, 1000, 10_000]);
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(per_mille in 1_u32..1000, below_us in 1_u64..3_600_000_000) {
            let bound = LatencyBound { quantile: f64::from(per_mille) / 1000.0, below_us };
            let back: LatencyBound = bound.to_string().parse().unwrap();
            prop_assert_eq!(back.below_us, below_us);
            prop_assert!((back.quantile - bound.quantile).abs() < 1e-9);
        }
    }
}
