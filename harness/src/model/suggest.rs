//! The known name that a mistyped one probably means.

/// The nearest of the known names, if it is near enough to be worth asking about.
pub fn nearest<'a, S: AsRef<str> + ?Sized + 'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a S>,
) -> Option<&'a str> {
    // Names of a config file, not essays: a bound on length keeps hostile input cheap.
    if word.is_empty() || word.len() > 128 {
        return None;
    }
    let lower = word.to_lowercase();
    known
        .into_iter()
        .map(AsRef::as_ref)
        .filter(|name| name.len() <= 256)
        .map(|name| (closeness(&lower, &name.to_lowercase()), name))
        .filter(|(closeness, _)| *closeness > 0.0)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// 0 = unlike; transpositions count once, so `raet` is near `rate`. A common part makes `KvFastBurn` near
/// `KvAvailabilityFastBurn`, which edits alone would not.
fn closeness(word: &str, name: &str) -> f64 {
    let edits = strsim::damerau_levenshtein(word, name);
    let longest = word.chars().count().max(name.chars().count());
    if edits * 3 <= longest.max(3) {
        return 1.0 - edits as f64 / longest as f64 / 2.0;
    }
    let jaro = strsim::jaro_winkler(word, name);
    let shortest = word.chars().count().min(name.chars().count());
    let contained = shortest >= 4 && (name.contains(word) || word.contains(name));
    if contained || jaro > 0.88 {
        return jaro / 2.0;
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_is_recognised() {
        assert_eq!(nearest("raet", ["rate", "name", "faults"]), Some("rate"));
        assert_eq!(nearest("Timeout", ["timeout", "drain"]), Some("timeout"));
        assert_eq!(nearest("outge", ["outage", "warmup"]), Some("outage"));
    }

    #[test]
    fn an_unlike_name_is_not_offered() {
        assert_eq!(nearest("banana", ["rate", "name", "faults"]), None);
        assert_eq!(nearest("", ["rate"]), None);
    }
}
