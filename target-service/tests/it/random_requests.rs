//! Whatever a client sends, it is never the service's fault.

use std::{cell::RefCell, collections::BTreeSet, sync::Arc, time::Duration};

use axum::{body::Body, http::Request};
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use target_service::{
    config::Defects,
    kv::{
        self, Compat,
        domain::Store,
        store::{MemoryStore, SqliteStore},
    },
    profile::ProfileName,
};
use tokio::{net::TcpListener, runtime::Builder, time::timeout};

use super::support::{KeepAlive, Target, Wish, requests};

const PATIENCE: Duration = Duration::from_secs(20);

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
        "/(livez|readyz|metrics|health|docs|v1|v1/kv|v1/databases)/?",
        "/v1/databases/[-0-9a-z%]{0,12}/kv(/[a-z%]{0,5})?",
        "/kv[?](database|key)=[!-~]{0,20}(&key=[a-z%]{0,4})?",
        "/[!-~]{0,40}",
    ]
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => vec(any::<u8>(), 0..64),
        4 => r#"[{]("database":[ -~]{0,8},)?"key":"[ -~]{0,8}"(,"value":[ -~]{0,8})?[}]"#.prop_map(String::into_bytes),
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

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// As the original, `/kv` has 500 for an unknown key, a duplicate one and a missing value.
fn may_fail(compat: Compat, wish: &Wish, status: u16) -> bool {
    compat == Compat::DumbKv
        && status == 500
        && wish.target.starts_with("/kv")
        && wish.method != "DELETE"
}

/// One service, one connection, many requests out of its own document.
async fn serve(compat: Compat, store: Arc<dyn Store>) -> (KeepAlive, serde_json::Value) {
    let target = Target::of(ProfileName::Kv, kv::catalogue(compat), |_| {
        kv::profile_as(store, compat)
    });
    let document = target.get("/openapi.json").await.json();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, target.app).await });
    (KeepAlive::connect(address).await, document)
}

fn every_answer_is_documented(compat: Compat, sqlite: bool) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let (connection, document) = runtime.block_on(async {
        let store: Arc<dyn Store> = if sqlite {
            let store = SqliteStore::in_memory(&Defects::default()).await;
            Arc::new(store.expect("a database"))
        } else {
            Arc::new(MemoryStore::default())
        };
        serve(compat, store).await
    });
    let connection = RefCell::new(connection);
    let seen = RefCell::new(BTreeSet::new());
    let ran = TestRunner::new(config(1500)).run(&requests(&document), |wish| {
        let mut connection = connection.borrow_mut();
        let answer = connection.send(&wish.method, &wish.target, &wish.body);
        let answer = runtime.block_on(async { timeout(PATIENCE, answer).await });
        let answer = answer.map_err(|_elapsed| TestCaseError::fail("no answer"))?;
        let status = answer.map_err(TestCaseError::fail)?;
        seen.borrow_mut().insert(status);
        prop_assert!(
            wish.documented.contains(&status),
            "{status} is not documented"
        );
        prop_assert!(status < 500 || may_fail(compat, &wish, status), "{status}");
        Ok(())
    });
    ran.unwrap_or_else(|failure| panic!("{failure}"));
    let reached = if compat == Compat::None { 409 } else { 500 };
    let expected = [200, 204, 400, 404, 413, 422, reached];
    let seen = seen.into_inner();
    assert!(
        expected.iter().all(|status| seen.contains(status)),
        "only {seen:?} were reached"
    );
}

#[test]
fn requests_out_of_the_document_get_documented_answers_and_no_5xx() {
    every_answer_is_documented(Compat::None, false);
    every_answer_is_documented(Compat::None, true);
}

#[test]
fn as_dumbkv_they_get_documented_answers_and_only_its_500() {
    every_answer_is_documented(Compat::DumbKv, false);
    every_answer_is_documented(Compat::DumbKv, true);
}
