//! Whatever is asked for, the answer is a schedule or says what was not understood.

use axum::{body::Body, http::Request};
use proptest::{collection::vec, prelude::*};
use serde_json::Value;
use tokio::runtime::Builder;

use super::schedule::{V1, V2, calm, noon, target};

fn pair() -> impl Strategy<Value = String> {
    let name = "(professional_id|unit_id|days|start_date|other|%64ays)";
    let value = prop_oneof![
        4 => "-?[0-9]{1,25}",
        2 => "(0000|20[0-9]{2}|9999)-[0-9]{2}-[0-9]{2}",
        1 => "[!-~&&[^#&]]{0,20}",
    ];
    (name, value).prop_map(|(name, value)| format!("{name}={value}"))
}

fn query() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => vec(pair(), 0..6).prop_map(|pairs| pairs.join("&")),
        1 => "[!-~&&[^#]]{0,60}",
    ]
}

fn assert_schedule(body: &Value) -> Result<(), TestCaseError> {
    prop_assert_eq!(&body["success"], true);
    let items = body["response"].as_array().expect("items");
    prop_assert!((15..=30).contains(&items.len()), "{} days", items.len());
    let filters = &body["filters"];
    prop_assert_eq!(&filters["days_returned"], items.len());
    prop_assert_eq!(filters.as_object().map(serde_json::Map::len), Some(7));
    let applied = filters["start_date_applied"].as_str().expect("a date");
    prop_assert!(applied >= "2026-11-21", "{}", applied);
    let mut last = String::new();
    for item in items {
        prop_assert_eq!(item.as_object().map(serde_json::Map::len), Some(6));
        let date = item["date"].as_str().expect("a date");
        prop_assert!(date > last.as_str() && date >= applied);
        date.clone_into(&mut last);
        let slots = item["slots"].as_array().expect("slots");
        prop_assert!((1..=8).contains(&slots.len()));
        let starts: Vec<&str> = slots.iter().filter_map(|s| s["start"].as_str()).collect();
        prop_assert!(
            starts
                .iter()
                .all(|start| ("08:00"..="18:00").contains(start))
        );
        prop_assert!(starts.is_sorted_by(|a, b| a < b), "{:?}", starts);
        prop_assert!(slots.iter().all(|slot| slot["available"].is_boolean()));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_query_gets_a_schedule_or_a_reason(query in query(), v1 in any::<bool>()) {
        let path = if v1 { V1 } else { V2 };
        let request = Request::get(format!("{path}?{query}")).body(Body::empty());
        // What the HTTP library would not parse never comes to the service.
        prop_assume!(request.is_ok());
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let answer = runtime.block_on(async {
            target(&calm(), noon).call(request.expect("checked")).await
        });
        match answer.status {
            200 => assert_schedule(&answer.json())?,
            422 if v1 => {
                let body = answer.json();
                let detail = body["detail"].as_array().expect("mistakes");
                prop_assert!((1..=4).contains(&detail.len()));
                prop_assert!(detail.iter().all(|mistake| mistake["loc"][0] == "query"));
            }
            other => prop_assert!(false, "{path}?{query}: {other}"),
        }
    }
}
