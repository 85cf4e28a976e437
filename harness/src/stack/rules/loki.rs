//! Loki's side: the ruler polls its folder, and says little.

use std::path::Path;

use reqwest::Client;

use super::install::RulesError;
use crate::stack::component::Component;
use crate::stack::log;
use crate::stack::state::ComponentState;

/// Counts the ruler's polls; a poll is counted when it begins, and one ends before the next begins.
const SYNCS: &str = "loki_ruler_sync_rules_total";

/// Time of the last change of the loaded rules.
const LAST_CHANGE: &str = "loki_ruler_config_last_reload_successful_seconds";

/// Knows whether the ruler has read the folder since this value was made.
pub(super) struct Watch<'a> {
    client: &'a Client,
    server: &'a ComponentState,
    log_offset: u64,
    syncs: f64,
    last_change: f64,
}

impl<'a> Watch<'a> {
    /// To be made before the files change.
    pub(super) async fn begin(
        client: &'a Client,
        server: &'a ComponentState,
    ) -> Result<Self, RulesError> {
        let metrics = metrics(client, server).await?;
        Ok(Self {
            client,
            server,
            log_offset: log::size(&server.log),
            syncs: sum(&metrics, SYNCS),
            last_change: sum(&metrics, LAST_CHANGE),
        })
    }

    /// Whether a poll that began after [`Self::begin`] is complete. Equal group names alone don't
    /// tell: a changed expression leaves them as they are. Either the loaded rules have changed, or
    /// two polls have begun, of which the first is then complete (a change of comments only changes
    /// no rules).
    pub(super) async fn has_synced(&self) -> Result<bool, RulesError> {
        let metrics = metrics(self.client, self.server).await?;
        let changed = (sum(&metrics, LAST_CHANGE) - self.last_change).abs() > f64::EPSILON;
        Ok(changed || sum(&metrics, SYNCS) >= self.syncs + 2.0)
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
    let answer = async {
        client
            .get(format!("{}/metrics", server.url))
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

/// The sum over all series of a metric; 0 if there is none yet.
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
