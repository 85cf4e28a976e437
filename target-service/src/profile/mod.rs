//! What a profile is: the part of the service that differs, plugged into the part that does not.

mod dependency;
mod name;
mod workshop;

pub use dependency::{Dependency, NotReady, Pending};
pub use name::ProfileName;
pub use workshop::Workshop;

use std::{error::Error, net::SocketAddr, sync::Arc};

use axum::Router;

/// Work beside the requests. Ends when the drain begins; an error ends the process with exit code 1.
pub type Task = Pending<'static, Result<(), TaskError>>;

/// Why a task gave up, told by itself.
pub type TaskError = Box<dyn Error + Send + Sync>;

/// One profile, opened and ready to be served.
pub struct Profile {
    /// Its own routes; probes, metrics and the layers come from [`crate::service::Service`].
    pub routes: Router,
    /// What `/readyz` asks, in order, and what is closed at the end, in order.
    pub dependencies: Vec<Arc<dyn Dependency>>,
    /// Runs beside the requests.
    pub task: Option<Task>,
    /// Whether bodies are read before the routes see a request.
    pub bodies: Bodies,
    /// Where probes and metrics are answered.
    pub admin: Admin,
    /// Paths of the exposition, `/metrics` among them.
    pub metrics_paths: &'static [&'static str],
    /// Routes whose answers may not be kept on the way, as what they tell of changes.
    pub no_store: &'static [&'static str],
}

/// How request bodies come to the routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bodies {
    /// Read to their end first, within limits of size and time.
    Whole,
    /// As they come: for a proxy.
    Streamed,
}

/// Where `/livez`, `/readyz` and `/metrics` are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admin {
    /// Beside the routes.
    SamePort,
    /// On a listener of their own, so that no path is taken from the routes.
    OwnPort(SocketAddr),
}

impl Profile {
    /// A profile of nothing but routes.
    pub fn of(routes: Router) -> Self {
        Self {
            routes,
            dependencies: Vec::new(),
            task: None,
            bodies: Bodies::Whole,
            admin: Admin::SamePort,
            metrics_paths: &["/metrics"],
            no_store: &[],
        }
    }
}

/// A profile could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot open profile {profile}")]
pub struct OpenError {
    /// Which one.
    pub profile: ProfileName,
    /// Why.
    pub source: TaskError,
}
