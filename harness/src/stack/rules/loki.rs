//! Loki's side: the ruler polls its folder, and says little.

use std::path::Path;

use reqwest::Client;

use super::install::RulesError;
use crate::stack::component::Component;
use crate::stack::layout::LayoutError;
use crate::stack::log;
use crate::stack::state::ComponentState;

/// Counts the ruler's polls; a poll is counted when it begins, and one ends before the next begins.
const SYNCS: &str = "loki_ruler_sync_rules_total";

/// Counts lines in Loki's log as they are made; the file gets them up to 100 ms later.
const ERRORS: &str = "loki_internal_log_messages_total{level=\"error\"}";

/// Polls that certainly take longer than a line needs to get into the log file.
const POLLS_TO_LOG: f64 = 3.0;

/// Knows whether the ruler has read the folder since its files changed.
pub(super) struct Watch<'a> {
    client: &'a Client,
    server: &'a ComponentState,
    log_offset: u64,
    errors: f64,
    syncs: f64,
}

impl<'a> Watch<'a> {
    /// Changes the files and begins to watch. What the ruler complains of counts from before the
    /// change, polls count from after it: the poll that is under way may have read the old files.
    pub(super) async fn change(
        client: &'a Client,
        server: &'a ComponentState,
        change: impl FnOnce() -> Result<(), LayoutError>,
    ) -> Result<Self, RulesError> {
        let errors = sum(&metrics(client, server).await?, ERRORS);
        let log_offset = log::size(&server.log);
        change()?;
        let syncs = sum(&metrics(client, server).await?, SYNCS);
        Ok(Self {
            client,
            server,
            log_offset,
            errors,
            syncs,
        })
    }

    /// Whether a poll that began after the change is complete, and its complaint in the log if it has
    /// one. Equal group names alone don't tell: a changed expression leaves them as they are. So two
    /// polls must have begun, of which the first is then complete; and a few more if an error, of
    /// whatever kind, is still on its way into the log.
    pub(super) async fn has_synced(&self) -> Result<bool, RulesError> {
        let metrics = metrics(self.client, self.server).await?;
        let polls = sum(&metrics, SYNCS) - self.syncs;
        let complained = sum(&metrics, ERRORS) > self.errors;
        Ok(polls >= if complained { 2.0 + POLLS_TO_LOG } else { 2.0 })
    }

    /// What the ruler complains of, of the files in `dir`. One bad file stops the whole poll, and
    /// only the log says so: the metrics of Loki 3.7 don't count it.
    pub(super) fn refusal(&self, dir: &Path) -> Option<RulesError> {
        let errors = log::errors_since(&self.server.log, self.log_offset);
        let mut reasons: Vec<String> = errors
            .iter()
            .filter_map(|error| log::about_file(error, dir))
            .collect();
        // Each poll repeats it.
        reasons.dedup();
        let message = reasons.join("\n");
        (!message.is_empty()).then_some(RulesError::Refused {
            server: Component::Loki,
            message,
        })
    }
}

async fn metrics(client: &Client, server: &ComponentState) -> Result<String, RulesError> {
    let url = format!("{}/metrics", server.url);
    let answer = async {
        client
            .get(url)
            .send()
            .await?
            .error_for_status()?
            .text()
            .await
    };
    answer
        .await
        .map_err(RulesError::unreachable(Component::Loki))
}

/// The sum over all series of a metric, or the value of one series; 0 if there is none yet.
fn sum(metrics: &str, name: &str) -> f64 {
    metrics
        .lines()
        .filter(|line| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(['{', ' ']))
        })
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_of_one_metric_are_added_and_longer_names_left_out() {
        let text = "a_total{reason=\"initial\"} 1\na_total{reason=\"periodic\"} 3\na_total_more 9\n# HELP a_total x";
        assert!((sum(text, "a_total") - 4.0).abs() < f64::EPSILON);
    }
}
