//! All lints.

use super::subject::Subject;
use super::{
    Finding, alert_without_severity, dependencies_below_objective, nan_without_traffic,
    objective_without_budget, page_without_owner, page_without_runbook, rate_window_too_short,
    series_born_in_outage, slow_reset, threshold_off_bucket, unreachable_alert,
    window_beyond_retention,
};

/// One lint.
#[derive(Debug, Clone, Copy)]
pub struct Lint {
    id: &'static str,
    title: &'static str,
    run: fn(&Subject<'_>) -> Vec<Finding>,
}

impl Lint {
    /// Its name in code, docs, output and annotations.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// What it finds, in a line.
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// What it finds.
    pub fn findings(&self, subject: &Subject<'_>) -> Vec<Finding> {
        (self.run)(subject)
    }
}

/// Every lint of this program and its page, from one list.
macro_rules! lints {
    ($($module:ident $file:literal),+ $(,)?) => {
        /// Every lint of this program, by name.
        pub fn all() -> Vec<Lint> {
            vec![$(Lint { id: $module::ID, title: $module::TITLE, run: $module::findings }),+]
        }

        /// The doc page of a lint, as `sloproof explain` shows it.
        pub fn page(id: &str) -> Option<&'static str> {
            match id {
                $($file => Some(include_str!(concat!("../../../../docs/lint/", $file, ".md"))),)+
                _ => None,
            }
        }
    };
}

lints! {
    alert_without_severity "alert-without-severity",
    dependencies_below_objective "dependencies-below-objective",
    nan_without_traffic "nan-without-traffic",
    objective_without_budget "objective-without-budget",
    page_without_owner "page-without-owner",
    page_without_runbook "page-without-runbook",
    rate_window_too_short "rate-window-too-short",
    series_born_in_outage "series-born-in-outage",
    slow_reset "slow-reset",
    threshold_off_bucket "threshold-off-bucket",
    unreachable_alert "unreachable-alert",
    window_beyond_retention "window-beyond-retention",
}

#[cfg(test)]
mod tests;
