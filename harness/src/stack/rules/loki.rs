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

/// Knows whether the ruler has read the folder since its files changed.
pub(super) struct Watch<'a> {
    client: &'a Client,
    server: &'a ComponentState,
    log_offset: u64,
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
        let log_offset = log::size(&server.log);
        change()?;
        let syncs = syncs(client, server).await?;
        Ok(Self {
            client,
            server,
            log_offset,
            syncs,
        })
    }

    /// Whether a poll that began after the change is complete. Equal group names alone don't tell:
    /// a changed expression leaves them as they are. So two polls must have begun, of which the
    /// first is then complete.
    pub(super) async fn has_synced(&self) -> Result<bool, RulesError> {
        Ok(syncs(self.client, self.server).await? >= self.syncs + 2.0)
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

async fn syncs(client: &Client, server: &ComponentState) -> Result<f64, RulesError> {
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
    let metrics = answer
        .await
        .map_err(RulesError::unreachable(Component::Loki))?;
    Ok(sum(&metrics, SYNCS))
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
