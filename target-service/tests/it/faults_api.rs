//! The fault API itself: what is active, who may use it, and faults from the start on.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

use super::support::{ENTRY, Program, Target, output, program};

#[tokio::test]
async fn every_kind_is_told_with_its_strength_and_has_a_series() {
    let target = Target::new();
    let strengths = async || {
        let answer = target.fault_api("GET", "/faults/active", "").await;
        let Value::Object(strengths) = answer.json() else {
            panic!("no object: {}", answer.body);
        };
        strengths
    };
    let scrape = target.scrape().await;
    let kinds = strengths().await;
    for (kind, strength) in &kinds {
        assert_eq!(strength, 0.0, "{kind}");
        let series = scrape.value("target_fault_active", &[("fault", kind)]);
        assert_eq!(series, Some(0.0), "{kind}");
    }
    assert_eq!(scrape.count("target_fault_active"), kinds.len());

    let rule = json!({"route": ENTRY, "latency_ms": 5});
    target.set_faults(json!({"outer": [rule]})).await;
    let now = strengths().await;
    let active: Vec<_> = now
        .iter()
        .filter(|(_, strength)| **strength != 0.0)
        .collect();
    assert_eq!(active, [(&"outer_latency".to_owned(), &json!(1.0))]);
}

#[test]
fn a_token_is_asked_for_on_every_path_and_allows_any_address() {
    let program = Program::start(&["--admin-token", "swordfish", "--fault-listen", "0.0.0.0:0"]);
    for path in ["/faults", "/faults/kv", "/faults/active", "/nope"] {
        for header in [
            "",
            "authorization: Bearer Swordfish\r\n",
            "authorization: Basic swordfish\r\n",
        ] {
            let answer = program.fault_api("GET", path, header, "");
            assert!(
                answer.starts_with("HTTP/1.1 401"),
                "{path} {header}: {answer}"
            );
            assert!(answer.contains("www-authenticate: Bearer"), "{answer}");
        }
    }
    for header in [
        "authorization: Bearer swordfish\r\n",
        "authorization: bearer swordfish\r\n",
    ] {
        let answer = program.fault_api("GET", "/faults", header, "");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    assert!(!program.stop().contains("swordfish"), "never logged");
}

#[test]
fn a_token_file_serves_as_well_and_its_mistakes_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("token");
    std::fs::write(&path, "swordfish\n").expect("a file");
    let path = path.to_str().expect("UTF-8");
    let running = Program::start(&["--admin-token-file", path]);
    let header = "authorization: Bearer swordfish\r\n";
    let answer = running.fault_api("GET", "/faults", header, "");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    std::fs::write(path, "two words\n").expect("a file");
    let (code, _, stderr) = output(program().args(["--admin-token-file", path]));
    assert_eq!(code, 2);
    assert!(
        stderr.contains("ADMIN_TOKEN_FILE") && !stderr.contains("words"),
        "{stderr}"
    );
    let (code, _, stderr) = output(program().args(["--admin-token-file", "/nope"]));
    assert_eq!(code, 2);
    assert!(stderr.contains("cannot read `/nope`"), "{stderr}");
}

#[test]
fn faults_can_be_there_from_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("faults.json");
    let faults = json!({"inner": [{"route": "unmatched", "error_ratio": 1, "status": 451}]});
    std::fs::write(&path, faults.to_string()).expect("a file");
    let path = path.to_str().expect("UTF-8");
    let running = Program::start(&["--faults", path]);
    assert_eq!(running.get("/nope").0, 451);
    running.clear_faults("");
    assert_eq!(running.get("/nope").0, 404);

    let bad = json!({"inner": [{"route": "/events", "error_ratio": 2}]});
    std::fs::write(path, bad.to_string()).expect("a file");
    let (code, _, stderr) = output(program().args(["--faults", path, "--log-level", "loud"]));
    assert_eq!(code, 2);
    for told in [
        &format!("{path}: inner[0].route: unknown route"),
        &format!("{path}: inner[0].error_ratio: must be from 0 to 1"),
        "LOG_LEVEL",
    ] {
        assert!(stderr.contains(told), "{told}: {stderr}");
    }
    std::fs::write(path, "{").expect("a file");
    let (code, _, stderr) = output(program().args(["--faults", path]));
    assert_eq!(code, 2);
    assert!(stderr.contains(path) && stderr.contains("EOF"), "{stderr}");
}

#[test]
fn a_fault_file_is_judged_by_the_routes_of_the_first_profile_or_by_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("faults.json");
    let path = path.to_str().expect("UTF-8");
    let faults = json!({"inner": [{"route": "/v1/kv", "error_ratio": 1}]});
    std::fs::write(path, faults.to_string()).expect("a file");
    let both = ["--profile", "kv,events", "--database", "mysql://h/d"];
    let (code, _, stderr) = output(program().args(both).args(["--faults", path]));
    assert_eq!(code, 2);
    assert!(!stderr.contains("FAULTS_FILE"), "not for events: {stderr}");

    std::fs::write(path, "{").expect("a file");
    let bad = ["--database", "mysql://h/d", "--faults", path];
    let (code, _, stderr) = output(program().args(bad));
    assert_eq!(code, 2);
    for told in ["DATABASE_LOCATION", "FAULTS_FILE"] {
        assert!(stderr.contains(told), "{told}: {stderr}");
    }
}

#[test]
fn each_profile_has_faults_of_its_own_and_one_call_clears_them_all() {
    let running = Program::start(&[
        "--profile",
        "kv,events",
        "--listen",
        "kv=127.0.0.1:0,events=127.0.0.1:0",
    ]);
    let fails = json!({"inner": [{"route": "unmatched", "error_ratio": 1}]});
    running.put_faults("/kv", &fails);
    running.put_faults("/events", &fails);
    let set = |path| {
        let answer = running.fault_api("GET", path, "", "");
        answer.contains("unmatched")
    };
    assert_eq!((set("/faults/kv"), set("/faults/events")), (true, true));
    running.clear_faults("/kv");
    assert_eq!((set("/faults/kv"), set("/faults/events")), (false, true));
    running.put_faults("", &fails);
    running.clear_faults("");
    assert_eq!((set("/faults/kv"), set("/faults/events")), (false, false));
}

#[test]
fn panics_of_requests_leave_the_output_clean() {
    let running = Program::start(&[]);
    let panics = json!({"inner": [{"route": "unmatched", "panic_ratio": 1}]});
    running.put_faults("", &panics);
    assert_eq!(running.get("/nope").0, 500);
    assert_eq!(running.get("/livez").0, 200);
    // Every line was read as JSON.
    let log = running.stop();
    assert!(
        log.contains(r#""error":"panic","cause":"target-service/src/faults/inner.rs:"#),
        "{log}"
    );
}

/// A rule with any fields of any values, right and wrong.
fn any_rule() -> impl Strategy<Value = Value> {
    let fields = [
        "route",
        "method",
        "error_ratio",
        "status",
        "latency_ms",
        "latency_ratio",
        "hang_ratio",
        "panic_ratio",
        "reset_ratio",
        "drop_ratio",
        "truncate_ratio",
        "truncate_after",
        "wrong_length_ratio",
        "wrong_length_by",
        "course",
        "lie",
        "period_ms",
        "nonsense",
    ];
    let values = vec![
        json!(0),
        json!(1),
        json!(-1),
        json!(0.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(404),
        json!(null),
        json!(""),
        json!("GET"),
        json!("green"),
        json!("flap"),
        json!([]),
        json!({}),
        json!({"after_ms": 0, "duration_ms": 0, "ramp_ms": 0}),
        json!({"duration_ms": u64::MAX, "ramp_ms": u64::MAX}),
    ];
    let field = (select(fields.to_vec()), select(values));
    vec(field, 0..4).prop_map(|fields| {
        let mut rule = json!({"route": ENTRY});
        for (name, value) in fields {
            rule[name] = value;
        }
        rule
    })
}

proptest! {
    #[test]
    fn no_fault_set_breaks_the_api_or_the_service(rule in any_rule(), layer in 0_usize..4) {
        let set = match layer {
            0 => json!({"inner": [rule]}),
            1 => json!({"outer": [rule]}),
            2 => json!({"health": {"livez": without_route(rule)}}),
            _ => rule,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let target = Target::new();
            let put = target.faults("PUT", set.to_string()).await;
            prop_assert!([200, 400].contains(&put.status), "{}", put.body);
            for path in ["/v1/kv/a", "/livez"] {
                let answer = target.get(path).await;
                prop_assert!((200..600).contains(&answer.status));
            }
            prop_assert_eq!(target.faults("DELETE", "").await.status, 204);
            prop_assert_eq!(target.get("/v1/kv/a").await.status, 404);
            Ok(())
        })?;
    }
}

fn without_route(mut rule: Value) -> Value {
    if let Some(fields) = rule.as_object_mut() {
        fields.remove("route");
    }
    rule
}
