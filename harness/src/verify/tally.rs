//! The ledger's responses beside what telemetry counted, status by status.

use std::collections::BTreeMap;

use super::words;
use crate::model::Ratio;

/// One status, or a class of them, or all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// `500`, `5xx`; empty when the telemetry does not tell statuses apart.
    pub(crate) status: String,
    /// Whole responses in the ledger.
    pub(crate) expected: u64,
    /// What the telemetry counted; 0 when it has no series, which `absent` tells apart.
    pub(crate) observed: u64,
    /// The telemetry knows no such status at all.
    pub(crate) absent: bool,
}

/// All rows of one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tally {
    rows: Vec<Row>,
    /// Requests without a whole response: the server counted each at most once, under a status unknown to the client.
    unanswered: u64,
}

/// How the two counts compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Agreement {
    /// The same, status by status.
    Exact,
    /// More than the ledger's responses, by no more than the requests that got no whole response.
    WithinUnanswered,
    /// Not the same.
    Differs,
}

impl Tally {
    /// Compares by status label. A label is a status (`500`), a class (`5xx`) or something else that no response of
    /// the ledger matches; where a status has a label of its own it does not count for its class.
    pub(crate) fn by_status(
        ledger: &BTreeMap<u16, u64>,
        counted: &BTreeMap<String, u64>,
        unanswered: u64,
    ) -> Self {
        let label_of = |status: u16| {
            let exact = status.to_string();
            counted
                .keys()
                .find(|label| **label == exact)
                .or_else(|| counted.keys().find(|label| is_class_of(label, status)))
        };
        let mut rows: BTreeMap<String, Row> = counted
            .iter()
            .map(|(label, n)| {
                let row = Row {
                    status: label.clone(),
                    expected: 0,
                    observed: *n,
                    absent: false,
                };
                (label.clone(), row)
            })
            .collect();
        for (status, n) in ledger {
            let label = label_of(*status).cloned().unwrap_or(status.to_string());
            let row = rows.entry(label.clone()).or_insert(Row {
                status: label,
                expected: 0,
                observed: 0,
                absent: true,
            });
            row.expected += n;
        }
        let rows = rows
            .into_values()
            .filter(|row| row.expected > 0 || row.observed > 0)
            .collect();
        Self { rows, unanswered }
    }

    /// Compares totals only: the telemetry has no status label.
    pub(crate) fn total(expected: u64, observed: u64, unanswered: u64) -> Self {
        let row = Row {
            status: String::new(),
            expected,
            observed,
            absent: false,
        };
        Self {
            rows: vec![row],
            unanswered,
        }
    }

    /// Responses of the ledger that were not counted.
    pub(crate) fn missing(&self) -> u64 {
        let missing = |row: &Row| row.expected.saturating_sub(row.observed);
        self.rows.iter().map(missing).sum()
    }

    /// Counted, and no response of the ledger.
    pub(crate) fn extra(&self) -> u64 {
        let extra = |row: &Row| row.observed.saturating_sub(row.expected);
        self.rows.iter().map(extra).sum()
    }

    /// The judgement.
    pub(crate) fn agreement(&self) -> Agreement {
        match (self.missing(), self.extra()) {
            (0, 0) => Agreement::Exact,
            (0, extra) if extra <= self.unanswered => Agreement::WithinUnanswered,
            _ => Agreement::Differs,
        }
    }

    /// What the ledger says: `480 × 200, 120 × 500, and 0 to 3 unanswered`.
    pub(crate) fn expected_text(&self, noun: &str) -> String {
        let text = self.side(noun, |row| row.expected);
        match self.unanswered {
            0 => text,
            n => format!("{text}, and 0 to {} unanswered", words::grouped(n)),
        }
    }

    /// What the telemetry says: `480 × 200, 98 × 500`.
    pub(crate) fn observed_text(&self, noun: &str) -> String {
        self.side(noun, |row| row.observed)
    }

    fn side(&self, noun: &str, pick: impl Fn(&Row) -> u64) -> String {
        let parts: Vec<String> = self
            .rows
            .iter()
            .filter(|row| pick(row) > 0)
            .map(|row| match row.status.as_str() {
                "" => words::count(pick(row), noun),
                status => format!("{} × {status}", words::grouped(pick(row))),
            })
            .collect();
        if parts.is_empty() {
            words::count(0, noun)
        } else {
            words::list(&parts)
        }
    }

    /// What differs, with counts and shares, and what does not: `122 of 609 responses with status 500 (20.0 %) never
    /// reached the counter; 200 agrees exactly`. `lost` says what became of the missing ones.
    pub(crate) fn difference(&self, noun: &str, lost: &str) -> String {
        let with = |row: &Row| match row.status.as_str() {
            "" => String::new(),
            status => format!(" with status {status}"),
        };
        let missing = self.rows.iter().filter(|r| r.observed < r.expected);
        let missing = missing.map(|row| {
            let n = row.expected - row.observed;
            let share = Ratio::of(n, row.expected).unwrap_or_default();
            let of = words::count(row.expected, noun);
            format!(
                "{} of {of}{} ({share}) {lost}",
                words::grouped(n),
                with(row)
            )
        });
        let unexplained = self.extra() > self.unanswered;
        let extra = self
            .rows
            .iter()
            .filter(|r| r.observed > r.expected && unexplained);
        let extra = extra.map(|row| {
            let n = row.observed - row.expected;
            format!("{}{} too many", words::count(n, noun), with(row))
        });
        let mut parts: Vec<String> = missing.chain(extra).collect();
        let equal = self.rows.iter().filter(|r| r.observed == r.expected);
        let equal: Vec<String> = equal.map(|row| row.status.clone()).collect();
        match equal.len() {
            0 => {}
            1 => parts.push(format!("{} agrees exactly", equal[0])),
            _ => parts.push(format!("{} agree exactly", words::list(&equal))),
        }
        parts.join("; ")
    }

    /// Whether any status was counted exactly.
    pub(crate) fn agrees_somewhere(&self) -> bool {
        self.rows.iter().any(|r| r.observed == r.expected)
    }

    /// Statuses that clients got and the telemetry has no series for.
    pub(crate) fn unknown(&self) -> Vec<String> {
        let absent = self.rows.iter().filter(|r| r.absent);
        absent.map(|row| row.status.clone()).collect()
    }
}

/// Whether a label such as `5xx` or `5XX` stands for this status.
fn is_class_of(label: &str, status: u16) -> bool {
    let mut rest = label.chars();
    let class = rest.next().and_then(|c| c.to_digit(10));
    class == Some(u32::from(status / 100)) && rest.as_str().eq_ignore_ascii_case("xx")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ledger(rows: &[(u16, u64)]) -> BTreeMap<u16, u64> {
        rows.iter().copied().collect()
    }

    fn counted(rows: &[(&str, u64)]) -> BTreeMap<String, u64> {
        rows.iter().map(|(s, n)| ((*s).to_owned(), *n)).collect()
    }

    #[test]
    fn a_loss_is_told_with_its_status_count_and_share() {
        let tally = Tally::by_status(
            &ledger(&[(200, 12_991), (500, 609)]),
            &counted(&[("200", 12_991), ("404", 0), ("500", 487)]),
            0,
        );
        assert_eq!((tally.missing(), tally.extra()), (122, 0));
        assert_eq!(tally.agreement(), Agreement::Differs);
        assert_eq!(tally.expected_text("response"), "12,991 × 200, 609 × 500");
        assert_eq!(
            tally.difference("response", "never reached the counter"),
            "122 of 609 responses with status 500 (20.0 %) never reached the counter; 200 agrees exactly"
        );
    }

    #[test]
    fn classes_stand_for_their_statuses() {
        let counts = counted(&[("2xx", 10), ("5XX", 7)]);
        let tally = Tally::by_status(
            &ledger(&[(200, 6), (204, 4), (500, 3), (503, 4)]),
            &counts,
            0,
        );
        assert_eq!(tally.agreement(), Agreement::Exact);
    }

    #[test]
    fn a_status_counted_under_another_is_missing_and_extra() {
        let tally = Tally::by_status(&ledger(&[(500, 5)]), &counted(&[("200", 5)]), 0);
        assert_eq!(
            tally.difference("response", "missing"),
            "5 of 5 responses with status 500 (100.0 %) missing; 5 responses with status 200 too many"
        );
        assert_eq!(tally.unknown(), ["500"]);
    }

    #[test]
    fn unanswered_requests_explain_extra_counts_and_no_missing_ones() {
        let of =
            |n| Tally::by_status(&ledger(&[(200, 10)]), &counted(&[("200", n)]), 2).agreement();
        assert_eq!(
            [9, 10, 12, 13].map(of),
            [
                Agreement::Differs,
                Agreement::Exact,
                Agreement::WithinUnanswered,
                Agreement::Differs
            ]
        );
    }

    #[test]
    fn a_label_that_is_no_status_matches_no_response() {
        let tally = Tally::by_status(&ledger(&[(200, 3)]), &counted(&[("éx", 3)]), 0);
        assert_eq!(tally.agreement(), Agreement::Differs);
    }

    proptest! {
        #[test]
        fn a_truthful_counter_agrees_and_a_changed_one_does_not(
            rows in prop::collection::btree_map(200_u16..600, 1_u64..1000, 1..8), by in 1_u64..50, less: bool,
        ) {
            let mut counts: BTreeMap<String, u64> = rows.iter().map(|(s, n)| (s.to_string(), *n)).collect();
            prop_assert_eq!(Tally::by_status(&rows, &counts, 0).agreement(), Agreement::Exact);
            let first = counts.values_mut().next().unwrap();
            *first = if less { first.saturating_sub(by) } else { *first + by };
            prop_assert_eq!(Tally::by_status(&rows, &counts, 0).agreement(), Agreement::Differs);
        }
    }
}
