//! Replacing the rules of a running stack.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Client;
use tokio::time::{Instant, sleep};

use super::file::{Groups, RuleFile, groups};
use super::{loki, prometheus};
use crate::stack::component::Component;
use crate::stack::http;
use crate::stack::layout::{Layout, LayoutError};
use crate::stack::state::{ComponentState, State};

/// The ruler polls four times a second, and it takes two to three polls to be sure.
const LIMIT: Duration = Duration::from_secs(20);

const POLL: Duration = Duration::from_millis(50);

/// Rules can't be installed. The rules from before stay in force.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RulesError {
    /// A file name that one of the servers would pass over.
    #[error(
        "rule file {file}: the name must end in .yaml, without folders and without a dot in front"
    )]
    FileName {
        /// The name.
        file: String,
    },
    /// Two files with one name.
    #[error("rule file {file}: given twice; file names must differ")]
    Twice {
        /// The name.
        file: String,
    },
    /// Not even the groups can be read.
    #[error("rule file {file}: not a rule file (groups, each with a name): {why}")]
    Malformed {
        /// The name.
        file: String,
        /// Position and reason.
        why: String,
    },
    /// A server refuses the rules; the message names the file.
    #[error("{server} refused the rules, the old ones stay: {message}")]
    Refused {
        /// The server.
        server: Component,
        /// What it says, from its answer and its log.
        message: String,
    },
    /// A server accepts the rules and doesn't load them.
    #[error("{server} didn't load the rules within {} s: \
         missing {missing:?}, left over {surplus:?}", LIMIT.as_secs())]
    NotLoaded {
        /// The server.
        server: Component,
        /// Expected `file/group`s that it doesn't show.
        missing: Vec<String>,
        /// Shown `file/group`s that aren't expected.
        surplus: Vec<String>,
    },
    /// A server doesn't answer.
    #[error("{server} doesn't answer; see `sloproof stack status`")]
    Unreachable {
        /// The server.
        server: Component,
        /// Why not.
        source: reqwest::Error,
    },
    /// The stack has no such server.
    #[error("the stack has no {server}")]
    NoServer {
        /// The server.
        server: Component,
    },
    /// A file can't be written.
    #[error(transparent)]
    Layout(#[from] LayoutError),
}

impl RulesError {
    /// For `map_err`: adds the server to an HTTP error.
    pub(super) fn unreachable(server: Component) -> impl FnOnce(reqwest::Error) -> Self {
        move |source| Self::Unreachable { server, source }
    }
}

/// Replaces all rule files of a running stack, and returns when both servers evaluate exactly these
/// rules.
///
/// All files change in one step. If a server refuses, the old files are put back: Prometheus
/// evaluates the old rules on, Loki at the latest from its next poll. To be called by one at a
/// time.
pub async fn install_rules(
    state: &State,
    prometheus: &[RuleFile],
    loki: &[RuleFile],
) -> Result<(), RulesError> {
    let wanted = (groups(prometheus)?, groups(loki)?);
    let servers = Servers {
        client: http::client().map_err(RulesError::unreachable(Component::Prometheus))?,
        prometheus: server(state, Component::Prometheus)?,
        loki: server(state, Component::Loki)?,
    };
    let change = Change::write(Layout::at(&state.work_dir), prometheus, loki)?;
    let result = servers.load(&change, &wanted).await;
    if result.is_err() {
        change.undo(&servers).await?;
    } else {
        change.tidy();
    }
    result
}

fn server(state: &State, component: Component) -> Result<&ComponentState, RulesError> {
    state
        .component(component)
        .ok_or(RulesError::NoServer { server: component })
}

struct Servers<'a> {
    client: Client,
    prometheus: &'a ComponentState,
    loki: &'a ComponentState,
}

impl Servers<'_> {
    async fn load(&self, change: &Change, wanted: &(Groups, Groups)) -> Result<(), RulesError> {
        let swap = || change.layout.point_rules_to(&change.new);
        let watch = loki::Watch::change(&self.client, self.loki, swap).await?;
        let rules = change.layout.rules();
        let dir = Layout::prometheus_rules(&rules);
        prometheus::reload(&self.client, self.prometheus, &dir).await?;
        let dir = Layout::loki_tenant_rules(&rules);
        let deadline = Instant::now() + LIMIT;
        loop {
            let loaded = prometheus::groups(&self.client, self.prometheus, "/api/v1/rules").await?;
            if loaded == wanted.0 {
                break;
            }
            expired(deadline, Component::Prometheus, &wanted.0, &loaded)?;
            sleep(POLL).await;
        }
        loop {
            // In this order: a complete poll has logged its complaint.
            let synced = watch.has_synced().await?;
            if let Some(refusal) = watch.refusal(&dir) {
                return Err(refusal);
            }
            let loaded =
                prometheus::groups(&self.client, self.loki, "/prometheus/api/v1/rules").await?;
            if synced && loaded == wanted.1 {
                return Ok(());
            }
            expired(deadline, Component::Loki, &wanted.1, &loaded)?;
            sleep(POLL).await;
        }
    }
}

fn expired(
    deadline: Instant,
    server: Component,
    wanted: &Groups,
    loaded: &Groups,
) -> Result<(), RulesError> {
    if Instant::now() < deadline {
        return Ok(());
    }
    let names = |groups: Vec<&(String, String)>| {
        groups
            .iter()
            .map(|(file, group)| format!("{file}/{group}"))
            .collect()
    };
    Err(RulesError::NotLoaded {
        server,
        missing: names(wanted.difference(loaded).collect()),
        surplus: names(loaded.difference(wanted).collect()),
    })
}

/// A set of rule files on disk, beside the one in force.
struct Change {
    layout: Layout,
    old: PathBuf,
    new: PathBuf,
}

impl Change {
    /// Writes the new set; nothing reads it yet.
    fn write(
        layout: Layout,
        prometheus: &[RuleFile],
        loki: &[RuleFile],
    ) -> Result<Self, RulesError> {
        let link = layout.rules();
        let old = fs::read_link(&link).map_err(LayoutError::io("read", &link))?;
        let new = layout.rules_generation(generation(&old) + 1);
        if new.exists() {
            fs::remove_dir_all(&new).map_err(LayoutError::io("remove", &new))?;
        }
        Layout::create_rule_dirs(&new)?;
        for (dir, files) in [
            (Layout::prometheus_rules(&new), prometheus),
            (Layout::loki_tenant_rules(&new), loki),
        ] {
            for file in files {
                let path = dir.join(&file.name);
                fs::write(&path, &file.text).map_err(LayoutError::io("write", &path))?;
            }
        }
        Ok(Self { layout, old, new })
    }

    /// Puts the old files back. Prometheus is told; Loki finds them at its next poll.
    async fn undo(&self, servers: &Servers<'_>) -> Result<(), RulesError> {
        self.layout.point_rules_to(&self.old)?;
        // It refused, so it has the old rules in force; or it is gone, which the first error has
        // told.
        let dir = Layout::prometheus_rules(&self.layout.rules());
        let _ = prometheus::reload(&servers.client, servers.prometheus, &dir).await;
        let _ = fs::remove_dir_all(&self.new);
        Ok(())
    }

    /// Removes the set before the last. The last stays: Loki may be reading it.
    fn tidy(&self) {
        if let Some(older) = generation(&self.old).checked_sub(1) {
            let _ = fs::remove_dir_all(self.layout.rules_generation(older));
        }
    }
}

fn generation(rules: &Path) -> u64 {
    let name = rules.file_name().unwrap_or_default().to_string_lossy();
    name.rsplit('-')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}
