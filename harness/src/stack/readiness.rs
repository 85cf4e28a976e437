//! Waiting until a component serves.

use std::time::Duration;

use reqwest::Client;
use tokio::time::{Instant, sleep};

use super::child::{ChildError, ManagedChild};
use super::log;

/// Pause between two questions. Prometheus is ready after 300 ms, Loki after 500.
const POLL: Duration = Duration::from_millis(20);

/// Lines of a child's log that an error message quotes.
const LOG_LINES: usize = 12;

/// Asks `url` until it answers 2xx. A child that ends meanwhile is an error at once, not after
/// `limit`.
pub(crate) async fn wait(
    child: &mut ManagedChild,
    client: &Client,
    url: &str,
    limit: Duration,
) -> Result<(), ChildError> {
    let deadline = Instant::now() + limit;
    loop {
        still_runs(child)?;
        let why = match probe(client, url).await {
            Ok(()) => return Ok(()),
            Err(why) => why,
        };
        if Instant::now() >= deadline {
            let log = log::tail(&child.log, LOG_LINES);
            return Err(ChildError::NotReady {
                component: child.component,
                url: url.to_owned(),
                limit,
                why,
                log,
            });
        }
        sleep(POLL).await;
    }
}

/// An error with the end of its log if the child has ended.
pub(crate) fn still_runs(child: &mut ManagedChild) -> Result<(), ChildError> {
    let Some(status) = child.ended() else {
        return Ok(());
    };
    let log = log::tail(&child.log, LOG_LINES);
    Err(ChildError::EndedEarly {
        component: child.component,
        status: status.to_string(),
        log,
    })
}

/// One question; the error says in a few words why the answer isn't "ready".
pub(crate) async fn probe(client: &Client, url: &str) -> Result<(), String> {
    match client.get(url).send().await {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("answered {}", answer.status())),
        Err(error) if error.is_timeout() => Err("no answer in time".to_owned()),
        Err(error) if error.is_connect() => Err("connection refused".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
