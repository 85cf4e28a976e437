//! Is the server there, is it the right one, which version: asked before a run, so that a typo costs seconds.

use std::time::Duration;

use serde_json::Value;

use super::failure::ServerError;
use super::server::Server;

/// Longest wait for one answer.
const LIMIT: Duration = Duration::from_secs(3);

/// Which server is expected behind a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Prometheus.
    Prometheus,
    /// Loki.
    Loki,
    /// Alertmanager.
    Alertmanager,
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Prometheus => "Prometheus",
            Self::Loki => "Loki",
            Self::Alertmanager => "Alertmanager",
        })
    }
}

impl Role {
    /// Path that answers 200 once the server can be used.
    fn ready(self) -> &'static str {
        match self {
            Self::Prometheus | Self::Alertmanager => "-/ready",
            Self::Loki => "ready",
        }
    }

    /// Path of the version, and where in the body it is.
    fn version(self) -> (&'static str, &'static str) {
        match self {
            Self::Prometheus => ("api/v1/status/buildinfo", "/data/version"),
            Self::Loki => ("loki/api/v1/status/buildinfo", "/version"),
            Self::Alertmanager => ("api/v2/status", "/versionInfo/version"),
        }
    }
}

/// A server that a run cannot use.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// No usable answer at all.
    #[error("{role} at {url} cannot be reached, start it or correct its URL in the scenario")]
    Unreachable {
        /// What was expected there.
        role: Role,
        /// Base URL.
        url: String,
        /// Why.
        #[source]
        source: ServerError,
    },
    /// It answers that it is not ready.
    #[error("{role} at {url} is not ready, wait until {url}/{path} answers 200")]
    NotReady {
        /// What was expected there.
        role: Role,
        /// Base URL.
        url: String,
        /// The path asked.
        path: &'static str,
        /// Its own words.
        #[source]
        source: ServerError,
    },
    /// Something answers, but not this server.
    #[error("what answers at {url} is not {role}, check host and port")]
    Stranger {
        /// What was expected there.
        role: Role,
        /// Base URL.
        url: String,
        /// What it answered to the question for its version.
        #[source]
        source: ServerError,
    },
}

/// The version of the server, once it says it is ready; `unknown` if it was built without one.
pub async fn probe(role: Role, base_url: &str) -> Result<String, ProbeError> {
    let unreachable = |url: &str, source| ProbeError::Unreachable {
        role,
        url: url.to_owned(),
        source,
    };
    let server = Server::with_limit(base_url, LIMIT).map_err(|e| unreachable(base_url, e))?;
    let url = server.shown().to_owned();
    let path = role.ready();
    match server.get(&server.url(path, &[])).await {
        // Readiness is told in plain text, and a stranger may not know the path: the version decides.
        Ok(_) | Err(ServerError::NotJson { .. } | ServerError::Refused { status: 404, .. }) => {}
        Err(source @ ServerError::Refused { .. }) => {
            return Err(ProbeError::NotReady {
                role,
                url,
                path,
                source,
            });
        }
        Err(source) => return Err(unreachable(&url, source)),
    }
    let stranger = |source| ProbeError::Stranger { role, url, source };
    version(role, &server).await.map_err(stranger)
}

async fn version(role: Role, server: &Server) -> Result<String, ServerError> {
    let (path, pointer) = role.version();
    let url = server.url(path, &[]);
    let body = server.get(&url).await?;
    match body.pointer(pointer).and_then(Value::as_str) {
        Some("") => Ok("unknown".into()),
        Some(version) => Ok(version.to_owned()),
        None => Err(ServerError::UnknownForm {
            url: super::server::shown(&url),
            what: format!("no version at {pointer}"),
        }),
    }
}
