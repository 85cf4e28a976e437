//! Checks that several kinds of fault share. Each notes a mistake with the path of its field.

/// A share, in `0..=1`.
pub(super) fn ratio(field: &str, ratio: f64, mistakes: &mut Vec<String>) {
    // Written so that NaN is a mistake too.
    if !(0.0..=1.0).contains(&ratio) {
        mistakes.push(format!("{field}: must be from 0 to 1"));
    }
}

/// An amount with a cap.
pub(super) fn at_most(field: &str, amount: u64, cap: u64, mistakes: &mut Vec<String>) {
    if amount > cap {
        mistakes.push(format!("{field}: must be at most {cap}"));
    }
}

/// A route that the service has.
pub(super) fn route(field: &str, route: &str, known: &[&'static str], mistakes: &mut Vec<String>) {
    if !known.contains(&route) {
        let known = known.join(", ");
        mistakes.push(format!("{field}: unknown route, known are {known}"));
    }
}
