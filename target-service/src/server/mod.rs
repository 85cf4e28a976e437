//! Listeners and the way down.

mod accept;
mod connection;
mod connections;
mod head_timer;
mod limits;
mod stall;
mod wire;

pub use accept::Listening;
pub use connections::Connections;
pub use limits::Limits;
pub use wire::Wire;

use std::{future::Future, io, sync::Arc, time::Duration};

use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    drain::Drain,
    profile::{Task, TaskError},
    telemetry::Metrics,
};

/// How often a draining server looks whether it is idle.
const IDLE_POLL: Duration = Duration::from_millis(10);

/// Bound services, ready to run.
pub struct Server {
    /// Every port: services, the fault API, probes on ports of their own.
    pub ports: Vec<Listening>,
    /// What a client may ask of each connection.
    pub limits: Limits,
    /// Work beside the requests; an error of one ends the server.
    pub tasks: Vec<Task>,
    /// Begun when the stop signal comes.
    pub drain: Drain,
    /// Longest time from the stop signal to the end.
    pub drain_limit: Duration,
    /// Know whether requests are under way.
    pub metrics: Vec<Arc<Metrics>>,
}

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every request under way was answered.
    Drained,
    /// The limit came first; what was under way is cut off.
    CutOff,
}

/// Why a server ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A part of the server panicked.
    #[error("cannot serve")]
    Broken(#[from] io::Error),
    /// The work beside the requests cannot go on.
    #[error("{0}")]
    Task(TaskError),
}

impl Server {
    /// Serves until `stop`, then drains in two steps, together at most `drain_limit`:
    ///
    /// 1. for at most half of it, still accept while requests are under way, so that load balancers can
    ///    see `/readyz` turn and go elsewhere;
    /// 2. close the listeners and answer what is under way.
    pub async fn run(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<Ended, ServeError> {
        let drain = self.drain.clone();
        let accepting = Drain::default();
        let mut parts: JoinSet<Result<(), ServeError>> = JoinSet::new();
        for port in self.ports {
            let serve = port.serve(self.limits, accepting.clone());
            parts.spawn(async {
                serve.await;
                Ok(())
            });
        }
        for task in self.tasks {
            parts.spawn(async { task.await.map_err(ServeError::Task) });
        }

        let (begin, limit, metrics) = (drain.clone(), self.drain_limit, self.metrics);
        parts.spawn(async move {
            stop.await;
            begin.begin();
            let _still_busy = timeout(limit / 2, idle(metrics)).await;
            accepting.begin();
            Ok(())
        });

        let limit = async {
            drain.begun().await;
            sleep(self.drain_limit).await;
        };
        let all = async {
            while let Some(ended) = parts.join_next().await {
                // A panic of a part is not caught here: the process must not go on without it.
                ended.map_err(io::Error::other)??;
            }
            Ok(Ended::Drained)
        };
        tokio::select! {
            ended = all => ended,
            () = limit => Ok(Ended::CutOff),
        }
    }
}

async fn idle(metrics: Vec<Arc<Metrics>>) {
    while metrics.iter().any(|metrics| metrics.in_flight().get() > 0) {
        sleep(IDLE_POLL).await;
    }
}
