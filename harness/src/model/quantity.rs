//! Quantities with their unit in the type.

use std::fmt::{self, Write as _};
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A length of time in whole milliseconds; the unit of every file this program writes.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl Millis {
    /// The length in seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// Divides by a time scale, rounding to the nearest millisecond; a length above zero stays above zero.
    pub fn scaled_down(self, scale: u32) -> Self {
        let scale = u64::from(scale.max(1));
        let rounded = (self.0 + scale / 2) / scale;
        Self(if self.0 > 0 { rounded.max(1) } else { 0 })
    }

    /// The Prometheus spelling: `1h30m`, `500ms`, `0s`. Exact for every value.
    pub fn to_promql(self) -> String {
        if self.0 == 0 {
            return "0s".to_owned();
        }
        let mut rest = self.0;
        let mut text = String::new();
        for (unit, size) in [
            ("d", 86_400_000),
            ("h", 3_600_000),
            ("m", 60_000),
            ("s", 1000),
            ("ms", 1),
        ] {
            if rest >= size {
                let _ = write!(text, "{}{unit}", rest / size);
                rest %= size;
            }
        }
        text
    }

    /// Reads the Prometheus spelling: units `y w d h m s ms`, each at most once, largest first. `None` if it is not one.
    pub fn from_promql(text: &str) -> Option<Self> {
        const UNITS: [(&str, u64); 7] = [
            ("y", 31_536_000_000),
            ("w", 604_800_000),
            ("d", 86_400_000),
            ("h", 3_600_000),
            ("m", 60_000),
            ("s", 1000),
            ("ms", 1),
        ];
        if text == "0" {
            return Some(Self(0));
        }
        let mut rest = text;
        let mut total: u64 = 0;
        let mut next_unit = 0;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit())?;
            let count: u64 = rest[..digits].parse().ok()?;
            rest = &rest[digits..];
            let letters = rest
                .find(|c: char| c.is_ascii_digit())
                .unwrap_or(rest.len());
            let index = UNITS
                .iter()
                .position(|(unit, _)| *unit == &rest[..letters])?;
            if index < next_unit {
                return None;
            }
            next_unit = index + 1;
            total = total.checked_add(count.checked_mul(UNITS[index].1)?)?;
            rest = &rest[letters..];
        }
        (!text.is_empty()).then_some(Self(total))
    }
}

impl From<Duration> for Millis {
    fn from(duration: Duration) -> Self {
        Self(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }
}

impl From<Millis> for Duration {
    fn from(millis: Millis) -> Self {
        Self::from_millis(millis.0)
    }
}

impl Add for Millis {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// For people: `85 s`, `1.5 s`, `250 ms`.
impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            ms if ms < 1000 => format!("{ms} ms"),
            ms if ms % 1000 == 0 => format!("{} s", ms / 1000),
            ms => format!("{:.1} s", ms as f64 / 1000.0),
        };
        f.pad(&text)
    }
}

/// A moment on the wall clock, in milliseconds since the Unix epoch.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Seconds since the epoch, the form the Prometheus and Loki APIs take.
    pub fn as_unix_seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// From seconds since the epoch.
    pub fn from_unix_seconds(seconds: f64) -> Self {
        Self((seconds * 1000.0).round() as i64)
    }

    /// How long after `earlier` this is; zero if it is before.
    pub fn since(self, earlier: Self) -> Millis {
        Millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }
}

impl Add<Millis> for Timestamp {
    type Output = Self;
    fn add(self, length: Millis) -> Self {
        Self(self.0.saturating_add_unsigned(length.0))
    }
}

impl Sub<Millis> for Timestamp {
    type Output = Self;
    fn sub(self, length: Millis) -> Self {
        Self(self.0.saturating_sub_unsigned(length.0))
    }
}

/// A share of a whole, 0 to 1 inside; percent is for the screen only.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ratio(pub f64);

impl Ratio {
    /// `part / whole`; `None` when there is no whole: absent is not zero.
    pub fn of(part: u64, whole: u64) -> Option<Self> {
        (whole > 0).then(|| Self(part as f64 / whole as f64))
    }
}

/// Why a text is not a share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a share; write it in percent, such as {}", .meant.as_deref().unwrap_or("15%"))]
pub struct RatioError {
    /// As typed.
    pub text: String,
    /// What was meant, where a bare number tells.
    pub meant: Option<String>,
}

/// Reads `15%`, `0.1 %` or `0`. The sign is asked for: a bare `1` might be all or a hundredth.
impl FromStr for Ratio {
    type Err = RatioError;

    fn from_str(text: &str) -> Result<Self, RatioError> {
        let number = |text: &str| {
            let number = text.trim().replace('_', "").parse::<f64>().ok();
            number.filter(|n| n.is_finite() && *n >= 0.0)
        };
        let (percent, meant) = match text.trim().strip_suffix('%') {
            Some(percent) => (number(percent), None),
            None => match number(text) {
                Some(0.0) => (Some(0.0), None),
                meant => (None, meant),
            },
        };
        let in_percent = |n: f64| match n {
            1.0 => "1% or 100%".to_owned(),
            ..1.0 => format!("{}%", n * 100.0),
            _ => format!("{n}%"),
        };
        percent.map(|n| Self(n / 100.0)).ok_or_else(|| RatioError {
            text: text.to_owned(),
            meant: meant.map(in_percent),
        })
    }
}

/// For people: `15.2 %`; small shares keep two significant digits.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = self.0 * 100.0;
        let text = if percent == 0.0 {
            "0 %".to_owned()
        } else if percent.abs() < 1.0 {
            format!("{percent:.2} %")
        } else {
            format!("{percent:.1} %")
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn promql_durations_are_read_as_prometheus_reads_them() {
        assert_eq!(Millis::from_promql("1h30m"), Some(Millis(5_400_000)));
        assert_eq!(Millis::from_promql("500ms"), Some(Millis(500)));
        for bad in ["", "5", "m", "5x", "30m1h", "1m1m", "-5m", "1.5h"] {
            assert_eq!(Millis::from_promql(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn promql_spelling_round_trips(ms in 0_u64..4_000_000_000_000) {
            prop_assert_eq!(Millis::from_promql(&Millis(ms).to_promql()), Some(Millis(ms)));
        }
    }

    #[test]
    fn scaling_never_makes_a_window_vanish() {
        assert_eq!(Millis(3_600_000).scaled_down(60), Millis(60_000));
        assert_eq!(Millis(10).scaled_down(60), Millis(1));
        assert_eq!(Millis(0).scaled_down(60), Millis(0));
    }

    #[test]
    fn a_share_is_written_in_percent() {
        assert_eq!("15%".parse(), Ok(Ratio(0.15)));
        assert_eq!(" 250 % ".parse(), Ok(Ratio(2.5)));
        assert_eq!("0".parse(), Ok(Ratio(0.0)));
        let said = |text: &str| text.parse::<Ratio>().unwrap_err().to_string();
        assert_eq!(
            said("0.05"),
            "`0.05` is not a share; write it in percent, such as 5%"
        );
        assert!(said("1").ends_with("such as 1% or 100%"));
        for text in ["", "%", "-1%", "NaN%", "inf", "five"] {
            assert!(said(text).ends_with("such as 15%"), "{text}");
        }
    }

    #[test]
    fn a_ratio_of_nothing_is_absent() {
        assert_eq!(Ratio::of(0, 0), None);
        assert_eq!(Ratio::of(1, 4), Some(Ratio(0.25)));
    }
}
