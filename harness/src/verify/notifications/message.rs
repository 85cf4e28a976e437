//! Whether a notification says what the rule says.

use crate::model::{Labels, Notification, Rule};

/// What the rule writes and the notification lacks or says differently, one fragment each. Where several rules share
/// a name, the one that fits best speaks. Templated texts must be there; what they expand to is not compared.
pub(super) fn differences(notification: &Notification, rules: &[&Rule]) -> Vec<String> {
    rules
        .iter()
        .map(|rule| {
            let mut found = missing("label", &rule.labels, &notification.labels);
            found.extend(missing(
                "annotation",
                &rule.annotations,
                &notification.annotations,
            ));
            found
        })
        .min_by_key(Vec::len)
        .unwrap_or_default()
}

fn missing(what: &str, written: &Labels, arrived: &Labels) -> Vec<String> {
    let wrong = |(name, text): (&String, &String)| match arrived.get(name).map(String::as_str) {
        // An empty label is no label.
        None | Some("") if text.is_empty() => None,
        None | Some("") => Some(format!("{what} {name} is missing")),
        Some(value) if value == text || text.contains("{{") => None,
        Some(value) => Some(format!("{what} {name} is `{value}`, not `{text}`")),
    };
    written.iter().filter_map(wrong).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{NotificationStatus, Timestamp};
    use crate::verify::fixture::labels_of;
    use crate::verify::fixtures::alerts::rules;

    #[test]
    fn the_rule_that_fits_best_speaks() {
        let notification = |severity: &str, summary: &str| Notification {
            at: Timestamp(0),
            status: NotificationStatus::Firing,
            receiver: "kv".into(),
            labels: labels_of(&[("alertname", "KvBurn"), ("severity", severity)]),
            annotations: labels_of(&[
                ("summary", summary),
                ("runbook_url", "https://example.org/burn"),
            ]),
            starts_at: None,
        };
        let file = rules();
        let both = [&file.groups[0].rules[1], &file.groups[0].rules[2]];
        assert!(differences(&notification("ticket", "3 % fail"), &both).is_empty());
        assert_eq!(
            differences(&notification("none", "3 % fail"), &both[..1]),
            ["label severity is `none`, not `page`"]
        );
        assert_eq!(
            differences(&notification("page", ""), &both[..1]),
            ["annotation summary is missing"]
        );
    }
}
