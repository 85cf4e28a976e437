//! The webhook sink against payloads as Alertmanager sends them.

use serde_json::json;
use sloproof::model::{NotificationStatus, Timestamp};
use sloproof::telemetry::Receiver;

use crate::fake::wall;

/// As Alertmanager 0.31 sends it: two alerts in one group, one over.
const PAYLOAD: &str = r#"{
  "receiver": "sloproof", "status": "firing",
  "alerts": [
    {"status": "firing",
     "labels": {"alertname": "KvFastBurn", "route": "get", "severity": "page"},
     "annotations": {"summary": "budget burns"},
     "startsAt": "2026-11-21T08:43:29.135Z", "endsAt": "0001-01-01T00:00:00Z",
     "generatorURL": "http://prom/graph", "fingerprint": "8f3a2b1c"},
    {"status": "resolved",
     "labels": {"alertname": "KvSlowBurn", "severity": "ticket"}, "annotations": {},
     "startsAt": "2026-11-21T08:43:20Z", "endsAt": "2026-11-21T08:43:28Z",
     "generatorURL": "", "fingerprint": "9a"}
  ],
  "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {},
  "externalURL": "http://alertmanager", "version": "4", "groupKey": "{}:{}", "truncatedAlerts": 0
}"#;

async fn post(receiver: &Receiver, path: &str, body: &str) -> (u16, String) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://{}{path}", receiver.addr());
    let response = client.post(url).body(body.to_owned()).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn each_alert_of_a_delivery_is_a_notification() {
    let receiver = Receiver::bind("127.0.0.1:0", wall()).await.unwrap();
    assert_eq!(post(&receiver, "/hook/page", PAYLOAD).await.0, 200);
    assert_eq!(receiver.count(), 2);
    let got = receiver.stop().await;
    let [page, ticket] = &got[..] else {
        panic!("{got:?}")
    };
    assert_eq!(
        (page.alert_name(), page.status),
        ("KvFastBurn", NotificationStatus::Firing)
    );
    assert_eq!(
        (page.receiver.as_str(), page.annotations["summary"].as_str()),
        ("sloproof", "budget burns")
    );
    assert_eq!(page.starts_at, Some(Timestamp(1_795_250_609_135)));
    assert_eq!(
        (ticket.alert_name(), ticket.status),
        ("KvSlowBurn", NotificationStatus::Resolved)
    );
    assert_eq!(page.at, ticket.at, "one arrival, one time");
}

#[tokio::test]
async fn duplicates_are_kept() {
    let receiver = Receiver::bind("127.0.0.1:0", wall()).await.unwrap();
    post(&receiver, "/", PAYLOAD).await;
    post(&receiver, "/", PAYLOAD).await;
    assert_eq!(receiver.notifications().len(), 4);
    assert_eq!(receiver.stop().await.len(), 4);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_counted() {
    let receiver = Receiver::bind("127.0.0.1:0", wall()).await.unwrap();
    let old = json!({"version": "3", "receiver": "r", "alerts": []}).to_string();
    let half =
        json!({"version": "4", "receiver": "r", "alerts": [{"status": "asleep", "labels": {}}]})
            .to_string();
    for (body, word) in [
        ("not json", "payload"),
        ("{}", "version"),
        (&old, "`3`"),
        (&half, "asleep"),
    ] {
        let (status, text) = post(&receiver, "/", body).await;
        assert_eq!(status, 400, "{text}");
        assert!(text.contains(word), "{text}");
    }
    assert_eq!((receiver.malformed(), receiver.count()), (4, 0));
    assert!(receiver.stop().await.is_empty());
}

#[tokio::test]
async fn a_taken_address_is_named_with_a_way_out() {
    let first = Receiver::bind("127.0.0.1:0", wall()).await.unwrap();
    let taken = first.addr().to_string();
    let error = Receiver::bind(&taken, wall())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains(&taken) && error.contains("127.0.0.1:0"),
        "{error}"
    );
}
