//! Whatever a client sends to the `events` profile, it is never the service's fault.

use axum::{body::Body, http::Request};
use proptest::{collection::vec, prelude::*};
use target_service::events::store::SqliteStore;
use tokio::runtime::Builder;

use super::support::events_target;

fn path() -> impl Strategy<Value = String> {
    let encoded = |bytes: Vec<u8>| {
        let hex = bytes.iter().map(|byte| format!("%{byte:02X}"));
        hex.collect::<String>()
    };
    let domain = prop_oneof![
        vec(any::<u8>(), 0..140).prop_map(encoded),
        "[a-zA-Z0-9.-]{0,80}",
        "[a-z]{1,5}[.][a-z]{2,3}",
        "[a-z0-9-]{0,70}([.][a-z0-9-]{0,70}){0,5}",
    ];
    let base = "(/v1)?/(events|domains?)/";
    let rest = "(/delivered|/bounced|/[!-~]{0,10})?([?][a-z=&0-9%]{0,20})?";
    prop_oneof![
        8 => (base, domain, rest).prop_map(|(base, domain, rest)| format!("{base}{domain}{rest}")),
        1 => "/(livez|readyz|metrics|stats|events|v1/domain)/?",
        1 => "/[!-~]{0,40}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_request_makes_a_5xx_without_a_fault_or_an_event_that_is_not_acknowledged(
        method in "(GET|HEAD|PUT|PUT|PUT|POST|DELETE|PATCH|OPTIONS|TRACE|CONNECT|BREW)",
        path in path(),
        body in vec(any::<u8>(), 0..64),
    ) {
        let request = Request::builder().method(method.as_str()).uri(&path).body(Body::from(body));
        // What the HTTP library would not parse never comes to the service.
        prop_assume!(request.is_ok());
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (status, sums) = runtime.block_on(async {
            let store = SqliteStore::in_memory().await.expect("a database");
            let target = events_target(store);
            let status = target.call(request.expect("checked")).await.status;
            (status, target.get("/stats").await.json())
        });
        prop_assert!(status < 500, "{method} {path}: {status}");
        let sum = |field: &str| sums[field].as_u64().expect("a count");
        let stored = sum("delivered") + sum("bounced");
        prop_assert_eq!(stored, u64::from(status == 204), "{} {}: {}", method, path, status);
    }
}
