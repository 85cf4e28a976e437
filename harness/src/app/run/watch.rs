//! What is watched while the load runs: alert states and webhook deliveries.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::{Failure, now};
use super::servers::Servers;
use crate::model::{AlertState, Engine, Millis, Notification};
use crate::scenario::Plan;
use crate::telemetry::{AlertObserver, Clock, Receiver, Recorded};

/// How often alert states are looked at: fine enough to time an alert to a scrape, cheap enough for any ruler.
const POLL: Millis = Millis(200);

/// Running observers.
pub(in crate::app) struct Watch {
    alerts: BTreeMap<Engine, AlertObserver>,
    receiver: Option<Receiver>,
}

impl Watch {
    /// Starts an observer per ruler whose rules the plan names, and the webhook receiver.
    pub(super) async fn start(plan: &Plan, servers: &Servers) -> Result<Self, Failure> {
        let clock: Clock = Arc::new(now);
        let mut alerts = BTreeMap::new();
        for (engine, url) in &servers.rulers {
            if plan.rules.iter().any(|file| file.engine == *engine) {
                let observer = AlertObserver::start(*engine, url, POLL, Arc::clone(&clock))
                    .map_err(Failure::usage)?;
                alerts.insert(*engine, observer);
            }
        }
        let receiver = match &servers.webhook_listen {
            Some(addr) => Some(Receiver::bind(addr, clock).await.map_err(Failure::usage)?),
            None => None,
        };
        Ok(Self { alerts, receiver })
    }

    /// Active alerts by name, for progress and for waiting.
    pub(super) fn active(&self) -> Vec<(String, AlertState)> {
        self.alerts
            .values()
            .flat_map(AlertObserver::snapshot)
            .collect()
    }

    /// Deliveries so far.
    pub(super) fn notifications(&self) -> Vec<Notification> {
        self.receiver
            .as_ref()
            .map(Receiver::notifications)
            .unwrap_or_default()
    }

    /// Ends the watch.
    pub(super) async fn stop(self) -> Recorded {
        let mut recorded = Recorded::default();
        for (engine, observer) in self.alerts {
            recorded.alerts.insert(engine, Ok(observer.stop().await));
        }
        if let Some(receiver) = self.receiver {
            recorded.notifications = Some(receiver.stop().await);
        }
        recorded
    }
}
