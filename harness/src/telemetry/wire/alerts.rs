//! Active alerts, as `/api/v1/alerts` of Prometheus and `/prometheus/api/v1/alerts` of Loki show them.

use serde::Deserialize;
use serde_json::Value;

use crate::model::{AlertState, Labels};

/// An alert instance: name, and all labels but the name.
pub(crate) type Instance = (String, Labels);

#[derive(Deserialize)]
struct Alerts {
    alerts: Option<Vec<Active>>,
}

#[derive(Deserialize)]
struct Active {
    labels: Labels,
    state: AlertState,
}

/// Every active instance with its state; `Err` says what could not be read.
pub(crate) fn active(data: &Value) -> Result<Vec<(Instance, AlertState)>, String> {
    let read = Alerts::deserialize(data).map_err(|e| format!("alerts: {e}"))?;
    let named = |mut alert: Active| match alert.labels.remove("alertname") {
        Some(name) => Ok(((name, alert.labels), alert.state)),
        None => Err("an alert without `alertname`".to_owned()),
    };
    read.alerts
        .unwrap_or_default()
        .into_iter()
        .map(named)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_name_is_taken_out_of_the_labels() {
        let data = json!({"alerts": [{"labels": {"alertname": "Burn", "route": "a"}, "annotations": {},
            "state": "firing", "activeAt": "2026-11-21T08:43:29.13Z", "value": "7e+00"}]});
        let labels = Labels::from([("route".into(), "a".into())]);
        assert_eq!(
            active(&data),
            Ok(vec![(("Burn".into(), labels), AlertState::Firing)])
        );
    }

    #[test]
    fn an_unknown_state_is_an_error_not_inactive() {
        let data = json!({"alerts": [{"labels": {"alertname": "x"}, "state": "asleep"}]});
        assert!(active(&data).unwrap_err().contains("asleep"));
    }
}
