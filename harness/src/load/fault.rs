//! Switching the target's faults: one call per phase, and one that clears everything at the end.

use std::time::Duration;

use crate::scenario::plan::Faults;

/// Why faults could not be switched.
#[derive(Debug, thiserror::Error)]
pub enum FaultError {
    /// The fault API did not answer.
    #[error("the target's fault API at {url} did not answer; is the service still up?")]
    Unreachable {
        /// Where.
        url: String,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// It answered with a refusal.
    #[error("the target's fault API at {url} refused the faults with status {status}: {answer}")]
    Refused {
        /// Where.
        url: String,
        /// HTTP status.
        status: u16,
        /// Its words.
        answer: String,
    },
}

/// A client of one fault API.
#[derive(Debug, Clone)]
pub struct FaultSwitch {
    http: reqwest::Client,
    url: String,
}

impl FaultSwitch {
    /// For the base URL of a fault API.
    pub fn new(http: reqwest::Client, base: &str) -> Self {
        Self {
            http,
            url: format!("{}/faults", base.trim_end_matches('/')),
        }
    }

    /// Replaces the active faults; `None` clears them.
    pub async fn set(&self, faults: Option<&Faults>) -> Result<(), FaultError> {
        let request = match faults {
            Some(faults) => self.http.put(&self.url).json(faults),
            None => self.http.delete(&self.url),
        };
        let unreachable = |source| FaultError::Unreachable {
            url: self.url.clone(),
            source,
        };
        let response = request
            .timeout(Duration::from_secs(5))
            .send()
            .await
            .map_err(unreachable)?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let answer = response.text().await.map_err(unreachable)?;
        Err(FaultError::Refused {
            url: self.url.clone(),
            status: status.as_u16(),
            answer: answer.trim().to_owned(),
        })
    }
}
