//! Whatever a client sends, it is never the service's fault.

use axum::{body::Body, http::Request};
use proptest::{collection::vec, prelude::*};
use target_service::{config::Defects, kv::store::SqliteStore};
use tokio::runtime::Builder;

use super::support::Target;

fn path() -> impl Strategy<Value = String> {
    let encoded = |bytes: Vec<u8>| {
        let hex = bytes.iter().map(|byte| format!("%{byte:02X}"));
        format!("/v1/kv/{}", hex.collect::<String>())
    };
    prop_oneof![
        vec(any::<u8>(), 0..140).prop_map(encoded),
        "/v1/kv/[a-zA-Z0-9._-]{0,140}",
        "/v1/kv[?][a-z=&0-9%]{0,20}",
        "/v1/kv[?]limit=-?[0-9]{0,6}",
        "/(livez|readyz|metrics|v1|v1/kv)/?",
        "/[!-~]{0,40}",
    ]
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => vec(any::<u8>(), 0..64),
        1 => (65_530_usize..65_545).prop_map(|bytes| vec![b'x'; bytes]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_request_makes_a_5xx_without_a_fault(
        method in "(GET|HEAD|PUT|POST|DELETE|PATCH|OPTIONS|TRACE|CONNECT|BREW)",
        path in path(),
        body in body(),
        traceparent in "[ -~]{0,60}",
    ) {
        let request = Request::builder()
            .method(method.as_str())
            .uri(&path)
            .header("traceparent", traceparent)
            .body(Body::from(body));
        // What the HTTP library would not parse never comes to the service.
        prop_assume!(request.is_ok());
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let status = runtime.block_on(async {
            let store = SqliteStore::in_memory(&Defects::default()).await.expect("a database");
            let target = Target::with_store(store);
            target.call(request.expect("checked")).await.status
        });
        prop_assert!(status < 500, "{method} {path}: {status}");
    }
}
