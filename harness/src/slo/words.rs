//! Times as people say them.

/// Seconds with the unit that reads best and three digits: `52 s`, `8.64 min`, `14.4 h`, `3 d`.
pub fn span(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s < 99.5 => (s, "s"),
        s if s < 90.0 * 60.0 => (s / 60.0, "min"),
        s if s < 48.0 * 3600.0 => (s / 3600.0, "h"),
        s => (s / 86_400.0, "d"),
    };
    let decimals = match value {
        v if v < 9.995 => 2,
        v if v < 99.95 => 1,
        _ => 0,
    };
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{text} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_take_the_unit_that_reads_best() {
        let told = [0.0, 51.84, 99.6, 345.6, 2592.0, 5399.0, 51_840.0, 259_200.0].map(span);
        assert_eq!(
            told,
            [
                "0 s", "51.8 s", "1.66 min", "5.76 min", "43.2 min", "90 min", "14.4 h", "3 d"
            ]
        );
    }
}
