//! An Alertmanager that delivers to the receiver.

use std::time::Duration;

use serde_json::json;
use sloproof::model::{NotificationStatus, Timestamp};
use sloproof::telemetry::{Receiver, Role};

use super::{Running, start};
use crate::fake::wall;

#[tokio::test]
async fn alertmanager_delivers_to_the_receiver() {
    let receiver = Receiver::bind("127.0.0.1:0", wall()).await.unwrap();
    let hook = format!("http://{}/hook", receiver.addr());
    let Some(running) = start_alertmanager(&hook).await else {
        return;
    };
    let now = jiff::Timestamp::now();
    let alert = |ends: jiff::Timestamp| {
        json!([{"labels": {"alertname": "Burn", "route": "get"}, "annotations": {"summary": "hi"},
            "startsAt": now.to_string(), "endsAt": ends.to_string()}])
    };
    let minute = jiff::SignedDuration::from_secs(60);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/api/v2/alerts", running.url);
    for (count, ends) in [(1, now + minute), (2, now)] {
        let posted = client.post(&url).json(&alert(ends)).send().await.unwrap();
        assert_eq!(posted.status(), 200);
        for _ in 0..100 {
            if receiver.count() < count {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    assert_eq!(receiver.malformed(), 0);
    let got = receiver.stop().await;
    let told: Vec<_> = got.iter().map(|n| (n.alert_name(), n.status)).collect();
    assert_eq!(
        told,
        [
            ("Burn", NotificationStatus::Firing),
            ("Burn", NotificationStatus::Resolved)
        ]
    );
    assert_eq!(got[0].starts_at, Some(Timestamp(now.as_millisecond())));
    assert_eq!(
        (got[0].receiver.as_str(), got[0].labels["route"].as_str()),
        ("sink", "get")
    );
}

async fn start_alertmanager(hook: &str) -> Option<Running> {
    start(Role::Alertmanager, "alertmanager", |dir, port| {
        let config = json!({
            "route": {"receiver": "sink", "group_by": ["..."], "group_wait": "0s", "group_interval": "500ms"},
            "receivers": [{"name": "sink", "webhook_configs": [{"url": hook, "send_resolved": true}]}],
        });
        std::fs::write(dir.join("am.yml"), config.to_string()).unwrap();
        vec![
            format!("--config.file={}", dir.join("am.yml").display()),
            format!("--storage.path={}", dir.join("data").display()),
            format!("--web.listen-address=127.0.0.1:{port}"),
            "--cluster.listen-address=".to_owned(),
        ]
    })
    .await
}
