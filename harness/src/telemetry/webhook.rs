//! Alertmanager's webhook payload, version 4.

use std::str::FromStr;

use serde::Deserialize;

use crate::model::{Labels, Notification, NotificationStatus, Timestamp};

/// The payload version that this program reads.
const VERSION: &str = "4";

/// Why a delivery could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PayloadError {
    /// Not JSON, or a field is missing or of another type.
    #[error("not an Alertmanager webhook payload: {0}")]
    Form(#[from] serde_json::Error),
    /// Another version of the format.
    #[error("payload version `{0}`, only version {VERSION} is known")]
    Version(String),
}

#[derive(Deserialize)]
struct Payload {
    version: String,
    receiver: String,
    alerts: Vec<Alert>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    status: NotificationStatus,
    labels: Labels,
    #[serde(default)]
    annotations: Labels,
    #[serde(default)]
    starts_at: String,
}

/// One notification for each alert of the payload, all with the time of arrival.
pub(crate) fn notifications(body: &[u8], at: Timestamp) -> Result<Vec<Notification>, PayloadError> {
    let payload: Payload = serde_json::from_slice(body)?;
    if payload.version != VERSION {
        return Err(PayloadError::Version(payload.version));
    }
    let one = |alert: Alert| Notification {
        at,
        status: alert.status,
        receiver: payload.receiver.clone(),
        labels: alert.labels,
        annotations: alert.annotations,
        starts_at: moment(&alert.starts_at),
    };
    Ok(payload.alerts.into_iter().map(one).collect())
}

/// Go's zero time (year 1) and anything unreadable mean that the moment is not known.
fn moment(text: &str) -> Option<Timestamp> {
    let at = jiff::Timestamp::from_str(text).ok()?.as_millisecond();
    (at > 0).then_some(Timestamp(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_s_zero_time_is_no_time() {
        assert_eq!(moment("0001-01-01T00:00:00Z"), None);
        assert_eq!(
            moment("2026-11-21T08:43:29.135Z"),
            Some(Timestamp(1_795_250_609_135))
        );
    }
}
