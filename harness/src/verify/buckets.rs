//! Where a quantile lies in a classic histogram.
//!
//! A histogram knows a quantile only to its bucket `(lower, upper]`; the number that `histogram_quantile` prints is a
//! straight line drawn inside it. Truth and histogram agree when the truth lies in that bucket.

/// Cumulative counts per upper bound, in ascending order of bounds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Buckets {
    counts: Vec<(f64, f64)>,
}

/// The bucket that holds a quantile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bucket {
    /// Exclusive lower bound; 0 for the first bucket.
    pub(crate) lower: f64,
    /// Inclusive upper bound; infinite for the last one.
    pub(crate) upper: f64,
}

/// A count of requests below a bound, which may lie inside a bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Within {
    /// The bucket that the bound lies in, or that ends there.
    pub(crate) bucket: Bucket,
    /// At least so many are below the bound.
    pub(crate) least: f64,
    /// At most so many are.
    pub(crate) most: f64,
}

/// Why a histogram has no quantiles; `histogram_quantile` gives NaN for each of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoQuantile {
    /// The total is unknown.
    #[error("it has no +Inf bucket")]
    NoInfinity,
    /// Nothing tells fast from slow.
    #[error("it has no bucket below +Inf")]
    NoFinite,
    /// Nothing was counted.
    #[error("it counted no request")]
    Empty,
}

/// Reads an `le` label; `None` if it is not a number.
pub(crate) fn upper_bound(le: &str) -> Option<f64> {
    match le {
        "+Inf" | "Inf" => Some(f64::INFINITY),
        text => text.parse::<f64>().ok().filter(|b| !b.is_nan()),
    }
}

impl Buckets {
    /// From pairs of upper bound and cumulative count; equal bounds (`1` and `1.0`) are summed, as over instances.
    /// Counts that fall with rising bounds are forced up, as `histogram_quantile` does.
    pub(crate) fn new(pairs: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut pairs: Vec<(f64, f64)> = pairs.into_iter().collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut counts: Vec<(f64, f64)> = Vec::new();
        for (bound, count) in pairs {
            match counts.last_mut() {
                // Both were parsed from text: the same number gives the same bits.
                Some(last) if last.0.total_cmp(&bound).is_eq() => last.1 += count,
                _ => counts.push((bound, count)),
            }
        }
        let mut highest = 0.0_f64;
        for (_, count) in &mut counts {
            highest = highest.max(*count);
            *count = highest;
        }
        Self { counts }
    }

    /// How many requests it counted; 0 when it has no bucket.
    pub(crate) fn total(&self) -> f64 {
        self.counts.last().map_or(0.0, |(_, n)| *n)
    }

    /// How many requests took at most `bound` seconds, as far as the buckets can tell; exactly if a bucket ends there.
    pub(crate) fn within(&self, bound: f64) -> Within {
        let next = self.counts.iter().position(|(upper, _)| *upper >= bound);
        let (upper, most) = next.map_or((f64::INFINITY, self.total()), |i| self.counts[i]);
        let before = next.unwrap_or(self.counts.len()).checked_sub(1);
        let (lower, least) = before.map_or((0.0, 0.0), |i| self.counts[i]);
        let is_bound = upper.total_cmp(&bound).is_eq();
        Within {
            bucket: Bucket { lower, upper },
            least: if is_bound { most } else { least },
            most,
        }
    }

    /// The bucket of the quantile by PromQL's rank rule: the first whose cumulative count reaches `q × total`.
    pub(crate) fn holding(&self, q: f64) -> Result<Bucket, NoQuantile> {
        match self.counts.as_slice() {
            [.., (last, _)] if last.is_finite() => Err(NoQuantile::NoInfinity),
            [] => Err(NoQuantile::NoInfinity),
            [_] => Err(NoQuantile::NoFinite),
            _ if self.total() < 0.5 => Err(NoQuantile::Empty),
            counts => {
                let rank = q * self.total();
                let index = counts
                    .iter()
                    .position(|(_, n)| *n >= rank)
                    .unwrap_or(counts.len() - 1);
                let lower = index.checked_sub(1).map_or(0.0, |i| counts[i].0);
                Ok(Bucket {
                    lower,
                    upper: counts[index].0,
                })
            }
        }
    }
}

/// For people: `(2.5 ms, 5 ms]`, `above 10 s`.
impl std::fmt::Display for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.upper.is_infinite() {
            return write!(f, "above {}", seconds(self.lower));
        }
        write!(f, "({}, {}]", seconds(self.lower), seconds(self.upper))
    }
}

/// A bucket bound for people; bounds are round numbers and stay so.
fn seconds(s: f64) -> String {
    if s == 0.0 {
        "0".to_owned()
    } else if s < 0.001 {
        format!("{} µs", (s * 1e9).round() / 1e3)
    } else if s < 1.0 {
        // Through whole nanoseconds, so that 0.0025 × 1000 does not grow digits.
        format!("{} ms", (s * 1e9).round() / 1e6)
    } else {
        format!("{s} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const INF: f64 = f64::INFINITY;

    #[test]
    fn bounds_are_compared_as_numbers() {
        let texts = ["1", "1.0", "+Inf", "0.5", "1e0"];
        let buckets = Buckets::new(texts.map(|le| (upper_bound(le).unwrap(), 2.0)));
        assert_eq!(buckets.counts, [(0.5, 2.0), (1.0, 6.0), (INF, 6.0)]);
        assert_eq!(upper_bound("slow"), None);
    }

    #[test]
    fn a_value_on_the_bound_belongs_to_the_bucket_below_it() {
        let buckets = Buckets::new([(0.1, 90.0), (0.25, 95.0), (0.5, 99.0), (INF, 100.0)]);
        assert_eq!(
            buckets.holding(0.95),
            Ok(Bucket {
                lower: 0.1,
                upper: 0.25
            })
        );
        assert_eq!(
            buckets.holding(0.951),
            Ok(Bucket {
                lower: 0.25,
                upper: 0.5
            })
        );
        assert_eq!(
            buckets.holding(0.5),
            Ok(Bucket {
                lower: 0.0,
                upper: 0.1
            })
        );
        assert_eq!(
            buckets.holding(1.0),
            Ok(Bucket {
                lower: 0.5,
                upper: INF
            })
        );
    }

    #[test]
    fn what_is_below_a_bound_inside_a_bucket_is_known_to_the_bucket() {
        let buckets = Buckets::new([(0.1, 90.0), (0.5, 99.0), (INF, 100.0)]);
        let of = |bound| {
            let within = buckets.within(bound);
            (
                within.bucket.lower,
                within.bucket.upper,
                within.least,
                within.most,
            )
        };
        assert_eq!(of(0.1), (0.0, 0.1, 90.0, 90.0));
        assert_eq!(of(0.25), (0.1, 0.5, 90.0, 99.0));
        assert_eq!(of(0.05), (0.0, 0.1, 0.0, 90.0));
        assert_eq!(of(2.0), (0.5, INF, 99.0, 100.0));
    }

    #[test]
    fn a_histogram_without_a_quantile_says_why() {
        let of = |pairs: &[(f64, f64)]| Buckets::new(pairs.to_vec()).holding(0.95);
        assert_eq!(of(&[]), Err(NoQuantile::NoInfinity));
        assert_eq!(of(&[(0.1, 3.0), (1.0, 4.0)]), Err(NoQuantile::NoInfinity));
        assert_eq!(of(&[(INF, 4.0)]), Err(NoQuantile::NoFinite));
        assert_eq!(of(&[(0.1, 0.0), (INF, 0.0)]), Err(NoQuantile::Empty));
    }

    #[test]
    fn bounds_read_as_round_numbers() {
        let bucket = Bucket {
            lower: 0.0025,
            upper: 0.005,
        };
        assert_eq!(bucket.to_string(), "(2.5 ms, 5 ms]");
        assert_eq!(
            Bucket {
                lower: 2.5,
                upper: INF
            }
            .to_string(),
            "above 2.5 s"
        );
    }

    proptest! {
        #[test]
        fn the_bucket_contains_the_true_quantile(
            mut micros in prop::collection::vec(1_u32..3_000_000, 1..300),
            mut bounds in prop::collection::btree_set(1_u32..3_000_000, 1..12),
            q in 0.001_f64..=1.0,
        ) {
            // A bound that is hit exactly, as a whole number of milliseconds often is.
            bounds.insert(micros[0]);
            let cumulative = |b: f64| micros.iter().filter(|v| f64::from(**v) <= b).count() as f64;
            let pairs: Vec<(f64, f64)> = bounds.iter().map(|b| f64::from(*b)).chain([INF])
                .map(|b| (b, cumulative(b))).collect();
            let bucket = Buckets::new(pairs).holding(q).unwrap();
            micros.sort_unstable();
            let rank = ((q * micros.len() as f64).ceil() as usize).max(1);
            let truth = f64::from(micros[rank - 1]);
            prop_assert!(bucket.lower < truth && truth <= bucket.upper, "{truth} not in {bucket:?}");
        }

        #[test]
        fn instances_add_up_to_the_histogram_of_all(
            left in prop::collection::vec(0_u32..50, 4), right in prop::collection::vec(0_u32..50, 4),
        ) {
            let bounds = [0.1, 0.5, 1.0, INF];
            let pairs = |steps: &[u32]| bounds.into_iter().zip(steps.iter().scan(0, |sum, n| {
                *sum += n;
                Some(f64::from(*sum))
            })).collect::<Vec<_>>();
            let both: Vec<u32> = left.iter().zip(&right).map(|(a, b)| a + b).collect();
            prop_assert_eq!(Buckets::new([pairs(&left), pairs(&right)].concat()), Buckets::new(pairs(&both)));
        }
    }
}
