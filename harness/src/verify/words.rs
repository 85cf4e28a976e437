//! Numbers and lists in the words of a finding.

use crate::model::Timestamp;

/// How many items a list in a finding shows before it says how many it leaves out.
const LIST_LENGTH: usize = 4;

/// `1 response`, `12,991 responses`: a number with its unit.
pub(crate) fn count(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// `12,991`: thousands apart, so that large counts can be compared by eye.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Joins with commas; beyond four items it says how many are left out.
pub(crate) fn list(items: &[String]) -> String {
    match items.len() {
        n if n > LIST_LENGTH => format!(
            "{} and {} more",
            items[..LIST_LENGTH].join(", "),
            n - LIST_LENGTH
        ),
        _ => items.join(", "),
    }
}

/// Microseconds for people: `850 µs`, `3.1 ms`, `2.50 s`.
pub(crate) fn micros(us: u64) -> String {
    match us {
        0..1000 => format!("{us} µs"),
        1000..1_000_000 => format!("{:.1} ms", us as f64 / 1000.0),
        _ => format!("{:.2} s", us as f64 / 1_000_000.0),
    }
}

/// How long `at` lies before `later`: `2.5 s`.
pub(crate) fn age(at: Timestamp, later: Timestamp) -> String {
    later.since(at).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_carry_their_unit() {
        assert_eq!(count(1, "response"), "1 response");
        assert_eq!(count(1_234_567, "response"), "1,234,567 responses");
        assert_eq!(
            (micros(999), micros(3100)),
            ("999 µs".into(), "3.1 ms".into())
        );
    }

    #[test]
    fn a_long_list_says_how_much_it_leaves_out() {
        let items: Vec<String> = ["a", "b", "c", "d", "e", "f"].map(String::from).into();
        assert_eq!(list(&items[..4]), "a, b, c, d");
        assert_eq!(list(&items), "a, b, c, d and 2 more");
    }
}
