//! How a stack is, asked now.

use reqwest::Client;
use serde::Serialize;

use super::component::Component;
use super::error::StackError;
use super::ship::Shipping;
use super::state::{ComponentState, Phase, State};
use super::{http, readiness};

/// The answer for the whole stack.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    /// How far the stack is, by its own record.
    pub phase: Phase,
    /// Whether the supervisor runs. If not, the stack is stale, however healthy its components
    /// look.
    pub supervised: bool,
    /// Each component.
    pub components: Vec<ComponentStatus>,
    /// The target's log lines, at most a second old; `None` without a target.
    pub shipping: Option<Shipping>,
    /// Where Alertmanager sends webhooks to.
    pub receiver_url: String,
}

impl Status {
    /// Whether everything is as it should be.
    pub fn is_healthy(&self) -> bool {
        let running = |status: &ComponentStatus| status.health == Health::Running;
        self.supervised && self.phase == Phase::Ready && self.components.iter().all(running)
    }
}

/// The answer for one component.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComponentStatus {
    /// Which one.
    pub component: Component,
    /// Its version; `None` if it doesn't tell.
    pub version: Option<String>,
    /// Its process id, also after its end.
    pub pid: u32,
    /// How it is.
    pub health: Health,
    /// Addresses worth a visit, the most useful first.
    pub links: Vec<Link>,
}

/// How a component is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "state")]
pub enum Health {
    /// The process runs and says that it is ready, or has no way to say.
    Running,
    /// The process is gone.
    Exited {
        /// How it ended, for people; `None` if nobody saw it.
        how: Option<String>,
    },
    /// The process runs and doesn't say that it is ready.
    Unreachable {
        /// What it says instead.
        why: String,
    },
}

/// An address of a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// What is there: `alerts`, `rules`.
    pub title: &'static str,
    /// The address.
    pub url: String,
}

/// Asks every component of a stack whether it runs and serves.
pub async fn status(state: &State) -> Result<Status, StackError> {
    let client = http::client().map_err(StackError::Client)?;
    let mut components = Vec::new();
    for record in &state.components {
        components.push(ComponentStatus {
            component: record.component,
            version: record.version.clone(),
            pid: record.process.pid,
            health: health(record, &client).await,
            links: links(record),
        });
    }
    Ok(Status {
        phase: state.phase,
        supervised: state.is_live(),
        components,
        shipping: state.shipping,
        receiver_url: state.receiver_url.clone(),
    })
}

async fn health(record: &ComponentState, client: &Client) -> Health {
    if !record.process.is_alive() {
        return Health::Exited {
            how: record.exited.clone(),
        };
    }
    match &record.readiness_url {
        None => Health::Running,
        Some(url) => match readiness::probe(client, url).await {
            Ok(()) => Health::Running,
            Err(why) => Health::Unreachable { why },
        },
    }
}

/// Prometheus has no web interface here: its Go module comes without the built files.
fn links(record: &ComponentState) -> Vec<Link> {
    let paths: &[(&str, &str)] = match record.component {
        Component::Prometheus => &[
            ("rules", "/api/v1/rules"),
            ("alerts", "/api/v1/alerts"),
            ("targets", "/api/v1/targets"),
        ],
        Component::Alertmanager => &[("interface", "/"), ("alerts", "/api/v2/alerts")],
        Component::Loki => &[
            ("rules", "/prometheus/api/v1/rules"),
            ("labels", "/loki/api/v1/labels"),
        ],
        Component::Target => &[("interface", "/"), ("metrics", "/metrics")],
    };
    paths
        .iter()
        .map(|(title, path)| Link {
            title,
            url: format!("{}{path}", record.url),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::state::tests::example;
    use super::*;

    #[tokio::test]
    async fn a_process_that_is_gone_is_exited_not_unreachable() {
        let mut state = example();
        state.components[0].exited = Some("signal: 9 (SIGKILL)".to_owned());
        let status = status(&state).await.unwrap();
        assert!(!status.is_healthy());
        let how = Some("signal: 9 (SIGKILL)".to_owned());
        assert_eq!(status.components[0].health, Health::Exited { how });
    }
}
