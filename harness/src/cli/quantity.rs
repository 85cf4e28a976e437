//! Quantities on the command line, read so that a mistake is told with its flag.

use crate::app::load::per_second;
use crate::model::Millis;

/// A duration above zero, as typed.
pub(super) fn duration(text: &str) -> Result<String, String> {
    match Millis::from_promql(text) {
        Some(length) if length > Millis(0) => Ok(text.to_owned()),
        _ if text.parse::<u32>().is_ok_and(|n| n > 0) => {
            Err(format!("a unit is missing: {text}s?"))
        }
        _ => Err("not a duration, such as 250ms, 20s or 1m30s".to_owned()),
    }
}

/// Requests per second: `200`, or as scenarios write it, `200/s` or `30/m`.
pub(super) fn rate(text: &str) -> Result<f64, String> {
    let bare = || text.trim().replace('_', "").parse::<f64>().ok();
    per_second(text)
        .or_else(bare)
        .filter(|rate| rate.is_finite() && *rate > 0.0)
        .ok_or_else(|| "not a rate above 0, such as 200 (a second), 200/s or 30/m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_with_and_without_their_unit() {
        assert_eq!(rate("200"), Ok(200.0));
        assert_eq!(rate("1_000/s"), Ok(1000.0));
        assert_eq!(rate("30/m"), Ok(0.5));
        for text in ["", "0", "-1", "1k", "5/d", "inf", "NaN", "/s"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_duration_without_a_unit_is_told_with_one() {
        assert_eq!(duration("1m30s"), Ok("1m30s".to_owned()));
        assert_eq!(duration("30"), Err("a unit is missing: 30s?".to_owned()));
        for text in ["", "0s", "soon"] {
            assert!(duration(text).unwrap_err().contains("20s"), "{text}");
        }
    }
}
