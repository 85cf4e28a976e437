//! `/kv`, request by request, in both modes.

use std::sync::Arc;

use serde_json::{Value, json};
use target_service::{
    config::Database,
    database::Journal,
    kv::{self, Compat, domain::Store, store::MemoryStore},
    profile::ProfileName,
};

use super::support::{BrokenStore, Parts, Program, StuckStore, Target, raw_http};

const MODES: [Compat; 2] = [Compat::None, Compat::DumbKv];

fn target(compat: Compat, store: impl Store) -> Target {
    Target::of(ProfileName::Kv, kv::catalogue(compat), |_| {
        kv::profile_as(Arc::new(store), compat)
    })
}

fn over_memory(compat: Compat) -> Target {
    target(compat, MemoryStore::default())
}

/// Status and body of one request.
async fn ask(target: &Target, method: &str, body: &Value) -> (u16, Value) {
    let answer = target.send(method, "/kv", body.to_string()).await;
    (answer.status, answer.json())
}

fn success() -> (u16, Value) {
    (200, json!({"status": "success"}))
}

fn detail(status: u16, detail: &str) -> (u16, Value) {
    (status, json!({"detail": detail}))
}

#[tokio::test]
async fn an_entry_is_set_read_and_deleted_in_both_modes() {
    for mode in MODES {
        let target = over_memory(mode);
        let entry = json!({"database": 1, "key": "k", "value": "v"});
        assert_eq!(ask(&target, "PUT", &entry).await, success());
        assert_eq!(
            ask(&target, "POST", &entry).await,
            (200, json!({"value": "v"}))
        );
        assert_eq!(ask(&target, "DELETE", &entry).await, success());
        assert_ne!(ask(&target, "POST", &entry).await.0, 200, "{mode:?}");
        assert_eq!(
            ask(&target, "DELETE", &entry).await,
            success(),
            "no such key"
        );
    }
}

#[tokio::test]
async fn a_put_never_replaces() {
    let sqlite = "UNIQUE constraint failed: kv.database_id, kv.key";
    for (mode, refused) in [
        (Compat::None, detail(409, "key already exists")),
        (Compat::DumbKv, detail(500, sqlite)),
    ] {
        let target = over_memory(mode);
        let first = json!({"key": "k", "value": "first"});
        assert_eq!(ask(&target, "PUT", &first).await, success());
        let second = json!({"key": "k", "value": "second"});
        assert_eq!(ask(&target, "PUT", &second).await, refused);
        let read = ask(&target, "POST", &json!({"key": "k"})).await;
        assert_eq!(read, (200, json!({"value": "first"})));
        let elsewhere = json!({"database": 2, "key": "k", "value": "other"});
        assert_eq!(ask(&target, "PUT", &elsewhere).await, success());
    }
}

#[tokio::test]
async fn a_put_without_value_is_refused_in_the_words_of_the_mode() {
    let original = detail(500, "'NoneType' object has no attribute 'encode'");
    for body in [json!({"key": "k"}), json!({"key": "k", "value": null})] {
        let (status, answer) = ask(&over_memory(Compat::None), "PUT", &body).await;
        assert_eq!(status, 422);
        assert_eq!(answer["detail"][0]["type"], "missing");
        assert_eq!(answer["detail"][0]["loc"], json!(["body", "value"]));
        assert_eq!(
            ask(&over_memory(Compat::DumbKv), "PUT", &body).await,
            original
        );
    }
}

#[tokio::test]
async fn an_unknown_key_is_told_in_the_words_of_the_mode() {
    for (mode, expected) in [
        (Compat::None, detail(404, "key not found")),
        (Compat::DumbKv, detail(500, "Internal server error")),
    ] {
        let asked = ask(&over_memory(mode), "POST", &json!({"key": "k"})).await;
        assert_eq!(asked, expected);
    }
}

#[tokio::test]
async fn natively_an_entry_can_be_read_by_query() {
    let target = over_memory(Compat::None);
    ask(
        &target,
        "PUT",
        &json!({"database": 3, "key": "a b", "value": "v"}),
    )
    .await;
    let read = target.get("/kv?database=3&key=a%20b").await;
    assert_eq!((read.status, read.json()), (200, json!({"value": "v"})));
    assert_eq!(read.headers["cache-control"], "no-store");
    let head = target.send("HEAD", "/kv?database=3&key=a+b", "").await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    target
        .get("/kv?key=a")
        .await
        .assert_detail(404, "key not found");

    let mistake = target.get("/kv").await;
    let missing = json!({"detail": [{"type": "missing", "loc": ["query", "key"], "msg": "Field required", "input": null}]});
    assert_eq!((mistake.status, mistake.json()), (422, missing));
    let mistake = target.get("/kv?key=k&database=abc").await;
    assert_eq!(mistake.status, 422);
    assert_eq!(mistake.json()["detail"][0]["type"], "int_parsing");
    assert_eq!(
        mistake.json()["detail"][0]["loc"],
        json!(["query", "database"])
    );
    assert!(!target.log_text().contains("a b") && !target.log_text().contains("key="));
}

#[tokio::test]
async fn other_methods_are_refused_with_the_methods_of_the_mode() {
    for (mode, methods, allow) in [
        (
            Compat::None,
            ["PATCH", "OPTIONS", "BREW"],
            "GET, POST, PUT, DELETE",
        ),
        (Compat::DumbKv, ["GET", "PATCH", "HEAD"], "POST"),
    ] {
        let target = over_memory(mode);
        for method in methods {
            let answer = target.send(method, "/kv?key=k", "").await;
            assert_eq!(answer.status, 405, "{method}");
            assert_eq!(answer.headers["allow"], allow, "{method}");
            if method != "HEAD" {
                answer.assert_detail(405, "Method Not Allowed");
            }
        }
    }
}

/// What pydantic 2 and Python's `json` say of these bodies, as told by the original's framework.
#[tokio::test]
async fn mistakes_are_told_in_the_shapes_of_the_original() {
    let one = |mistake: Value| json!({"detail": [mistake]});
    let required = |loc: Value, input: Value| json!({"type": "missing", "loc": loc, "msg": "Field required", "input": input});
    let no_integer = "Input should be a valid integer, unable to parse string as an integer";
    let cases = [
        ("", one(required(json!(["body"]), Value::Null))),
        ("{}", one(required(json!(["body", "key"]), json!({})))),
        (
            "{x",
            one(json!({
                "type": "json_invalid", "loc": ["body", 1], "msg": "JSON decode error", "input": {},
                "ctx": {"error": "Expecting property name enclosed in double quotes"},
            })),
        ),
        (
            "[1]",
            one(json!({
                "type": "model_attributes_type", "loc": ["body"], "input": [1],
                "msg": "Input should be a valid dictionary or object to extract fields from",
            })),
        ),
        (
            r#"{"database": "abc", "key": "k", "value": "v"}"#,
            one(
                json!({"type": "int_parsing", "loc": ["body", "database"], "msg": no_integer, "input": "abc"}),
            ),
        ),
        (
            r#"{"database": "", "key": 1, "value": 2}"#,
            json!({"detail": [
                {"type": "int_parsing", "loc": ["body", "database"], "msg": no_integer, "input": ""},
                {"type": "string_type", "loc": ["body", "key"], "msg": "Input should be a valid string", "input": 1},
                {"type": "string_type", "loc": ["body", "value"], "msg": "Input should be a valid string", "input": 2},
            ]}),
        ),
    ];
    for mode in MODES {
        let target = over_memory(mode);
        for (body, expected) in &cases {
            for method in ["PUT", "POST", "DELETE"] {
                let answer = target.send(method, "/kv", *body).await;
                assert_eq!(
                    (answer.status, &answer.json()),
                    (422, expected),
                    "{method} {body}"
                );
            }
        }
        for body in [vec![0xff], vec![b'['; 5000]] {
            let answer = target.send("PUT", "/kv", body).await;
            answer.assert_detail(400, "There was an error parsing the body");
        }
    }
}

#[tokio::test]
async fn lenient_forms_and_empty_texts_are_accepted() {
    for mode in MODES {
        let target = over_memory(mode);
        let put = json!({"database": "1", "key": "", "value": "", "more": true});
        assert_eq!(ask(&target, "PUT", &put).await, success());
        for database in [json!(1), json!(1.0), json!(" 1 "), json!(true)] {
            let read = ask(&target, "POST", &json!({"database": database, "key": ""})).await;
            assert_eq!(read, (200, json!({"value": ""})), "{database}");
        }
    }
}

#[tokio::test]
async fn what_no_store_can_keep_is_refused() {
    for mode in MODES {
        let target = over_memory(mode);
        for (body, kind) in [
            (
                json!({"database": -1, "key": "k", "value": "v"}),
                "greater_than_equal",
            ),
            (
                json!({"database": 2_147_483_648_i64, "key": "k", "value": "v"}),
                "less_than_equal",
            ),
            (
                json!({"database": 1e30, "key": "k", "value": "v"}),
                "int_parsing_size",
            ),
            (
                json!({"key": "k".repeat(1025), "value": "v"}),
                "string_too_long",
            ),
        ] {
            let (status, answer) = ask(&target, "PUT", &body).await;
            assert_eq!((status, &answer["detail"][0]["type"]), (422, &json!(kind)));
        }
        let large = json!({"key": "k", "value": "v".repeat(65_537)});
        let refused = detail(413, "value must not exceed 65536 bytes");
        assert_eq!(ask(&target, "PUT", &large).await, refused);
    }
}

#[tokio::test]
async fn a_lost_store_is_told_in_the_words_of_the_mode() {
    let entry = json!({"key": "k", "value": "v"});
    let native = target(Compat::None, BrokenStore);
    let original = target(Compat::DumbKv, BrokenStore);
    for method in ["PUT", "POST", "DELETE"] {
        let told = ask(&native, method, &entry).await;
        assert_eq!(told, detail(503, "store unavailable"), "{method}");
        assert_eq!(ask(&original, method, &entry).await.0, 500, "{method}");
    }
    let health = native.get("/health").await;
    assert_eq!(
        (health.status, health.json()),
        (503, json!({"status": "unhealthy"}))
    );
    let health = original.get("/health").await;
    assert_eq!(
        (health.status, health.json()),
        (200, json!({"status": "healthy"}))
    );
}

#[tokio::test(start_paused = true)]
async fn a_stuck_store_is_unhealthy_after_a_second() {
    let health = target(Compat::None, StuckStore).get("/health").await;
    assert_eq!(
        (health.status, health.json()),
        (503, json!({"status": "unhealthy"}))
    );
}

#[tokio::test]
async fn the_pages_around_it_are_there_in_both_modes() {
    for mode in MODES {
        let target = over_memory(mode);
        for (path, kind) in [
            ("/", "text/html; charset=utf-8"),
            ("/docs", "text/html; charset=utf-8"),
            ("/docs/swagger-ui.css", "text/css"),
            ("/openapi.json", "application/json"),
            ("/health", "application/json"),
        ] {
            let answer = target.get(path).await;
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.headers["content-type"], kind, "{path}");
        }
        let icon = target.send("HEAD", "/favicon.ico", "").await;
        assert_eq!(icon.headers["content-type"], "image/vnd.microsoft.icon");
        target.get("/redoc").await.assert_detail(404, "Not Found");
    }
}

#[tokio::test]
async fn databases_are_listed_with_their_entries() {
    let target = over_memory(Compat::None);
    assert_eq!(
        target.get("/v1/databases").await.json(),
        json!({"databases": []})
    );
    for (database, key) in [(7, "a"), (0, "b"), (7, "c")] {
        let path = format!("/v1/databases/{database}/kv/{key}");
        assert_eq!(target.send("PUT", &path, "x").await.status, 204);
    }
    let databases =
        json!({"databases": [{"database": 0, "entries": 1}, {"database": 7, "entries": 2}]});
    assert_eq!(target.get("/v1/databases").await.json(), databases);
    let keys = target.get("/v1/databases/7/kv?limit=1").await;
    assert_eq!(keys.json(), json!({"keys": ["a"]}));
    assert_eq!(keys.headers["cache-control"], "no-store");
    assert_eq!(target.get("/v1/kv").await.json(), json!({"keys": ["b"]}));
    assert_eq!(target.get("/v1/databases/7/kv/c").await.body, "x");
    assert_eq!(target.get("/v1/kv/c").await.status, 404);
    assert_eq!(
        target
            .send("DELETE", "/v1/databases/7/kv/c", "")
            .await
            .status,
        204
    );
    assert_eq!(
        target
            .send("DELETE", "/v1/databases/7/kv/c", "")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_database_is_a_number_from_0_to_2147483647() {
    let target = over_memory(Compat::None);
    for database in [
        "-1",
        "x",
        "2147483648",
        "99999999999999999999",
        "1.5",
        "%20",
    ] {
        for path in ["kv", "kv/a"] {
            let answer = target
                .get(&format!("/v1/databases/{database}/{path}"))
                .await;
            answer.assert_detail(400, "database must be a whole number from 0 to 2147483647");
        }
    }
    let largest = target.get("/v1/databases/2147483647/kv").await;
    assert_eq!(largest.status, 200);
    let broken = target.get("/v1/databases/0/kv/%FF").await;
    broken.assert_detail(400, "path must be UTF-8");
}

#[tokio::test]
async fn what_was_refused_is_counted_as_invalid_and_a_success_as_ok() {
    let settings = kv::Settings {
        database: Database::Memory,
        compat: Compat::None,
        journal: Journal::default(),
        pool: 1,
        master_keys: None,
    };
    let mut parts = Parts::new(ProfileName::Kv, kv::catalogue(settings.compat));
    let profile = kv::open(&settings, &mut parts.common.workshop()).await;
    let target = parts.target(profile.expect("a profile"));
    for (method, path, body) in [
        ("PUT", "/kv", "{"),
        ("PUT", "/v1/kv/a%20b", "x"),
        ("PUT", "/kv", r#"{"key": "k"}"#),
        ("PUT", "/kv", r#"{"key": "k", "value": "v"}"#),
        ("GET", "/kv", ""),
        ("DELETE", "/v1/databases/-1/kv/a", ""),
        ("GET", "/v1/kv?limit=0", ""),
    ] {
        target.send(method, path, body).await;
    }
    let scrape = target.scrape().await;
    let count = |op, result| scrape.value("kv_operations_total", &[("op", op), ("result", result)]);
    assert_eq!(count("set", "invalid"), Some(3.0));
    assert_eq!(count("set", "ok"), Some(1.0));
    for op in ["get", "delete", "list"] {
        assert_eq!(count(op, "invalid"), Some(1.0), "{op}");
        assert_eq!(count(op, "ok"), Some(0.0), "{op}");
    }
}

#[test]
fn as_dumbkv_the_program_has_its_metrics_and_its_answers() {
    let original = Program::start(&["--compat", "dumbkv", "--database", "memory"]);
    let read = raw_http(original.address, "POST", "/kv", r#"{"key": "k"}"#);
    assert_eq!(read.expect("an answer").0, 500);
    let (_, metrics) = raw_http(original.address, "GET", "/metrics", "").expect("metrics");
    assert!(metrics.contains("compat=\"dumbkv\""), "{metrics}");
    let counted = metrics
        .lines()
        .find(|line| line.starts_with("http_requests_total{") && line.ends_with(" 1"));
    let counted = counted.expect("one request was counted");
    for label in ["handler=\"/kv\"", "method=\"POST\"", "status=\"5xx\""] {
        assert!(counted.contains(label), "{counted}");
    }
}
