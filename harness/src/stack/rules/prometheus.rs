//! Prometheus' side: an explicit reload, synchronous.

use std::path::Path;

use reqwest::Client;
use serde::Deserialize;

use super::file::Groups;
use super::install::RulesError;
use crate::stack::component::Component;
use crate::stack::log;
use crate::stack::state::ComponentState;

/// Makes Prometheus read its rule files. The answer comes when the new rules are in force; on a
/// refusal the old ones stay. Why a file is refused stands only in the log, so the log's errors are
/// part of the message.
///
/// `dir` is the folder of the rule files, as Prometheus knows it.
pub(super) async fn reload(
    client: &Client,
    server: &ComponentState,
    dir: &Path,
) -> Result<(), RulesError> {
    let offset = log::size(&server.log);
    let url = format!("{}/-/reload", server.url);
    let answer = client
        .post(&url)
        .send()
        .await
        .map_err(RulesError::unreachable(Component::Prometheus))?;
    if answer.status().is_success() {
        return Ok(());
    }
    let body = answer.text().await.unwrap_or_default();
    let errors = log::errors_since(&server.log, offset);
    let about_files: Vec<String> = errors
        .iter()
        .filter_map(|error| log::about_file(error, dir))
        .collect();
    // It may refuse for another reason than a file, and then says why in its answer.
    let reasons = if about_files.is_empty() {
        vec![body.trim().to_owned()]
    } else {
        about_files
    };
    Err(RulesError::Refused {
        server: Component::Prometheus,
        message: reasons.join("\n"),
    })
}

/// The groups that are loaded: file name and group name. Loki's ruler answers in the same form.
pub(super) async fn groups(
    client: &Client,
    server: &ComponentState,
    path: &str,
) -> Result<Groups, RulesError> {
    #[derive(Deserialize)]
    struct Answer {
        data: Data,
    }
    #[derive(Deserialize)]
    struct Data {
        #[serde(default)]
        groups: Vec<Group>,
    }
    #[derive(Deserialize)]
    struct Group {
        name: String,
        file: String,
    }
    let failed = RulesError::unreachable(server.component);
    let answer: Result<Answer, _> = async {
        client
            .get(format!("{}{path}", server.url))
            .send()
            .await?
            .error_for_status()?
            .json()
            .await
    }
    .await;
    let groups = answer.map_err(failed)?.data.groups;
    Ok(groups
        .into_iter()
        .map(|group| (file_name(&group.file), group.name))
        .collect())
}

/// Prometheus shows the whole path, Loki the name.
fn file_name(path: &str) -> String {
    Path::new(path).file_name().map_or_else(
        || path.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}
