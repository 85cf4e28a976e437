//! Profile `schedule` as a program: its settings take effect, and its defect takes the effect away.

use serde_json::Value;
use target_service::{
    config::{Defect, Defects},
    profile::ProfileName,
    schedule::{self, Settings},
};

use super::{
    schedule::{V1, V2, calm},
    support::{Parts, Process, output, program, raw_http},
};

#[test]
fn every_setting_takes_effect() {
    let mut service = Process::start(program().args(["--profile", "schedule"]).envs([
        ("SERVICE_NAME", "schedules-canary"),
        ("SCHEDULE_VERSIONS", "v2"),
        ("ERROR_RATE", "1"),
        ("EXTRA_LATENCY_MS", "20"),
    ]));
    let address = service.address();
    let get = |path| raw_http(address, "GET", path, "").expect("an answer");
    assert_eq!(get(V1).0, 404);
    assert_eq!(get(V2).0, 500);
    let (_, index) = get("/");
    assert!(index.contains("schedules-canary"), "{index}");
    assert!(get("/v2/metrics").1.contains("http_requests_total"));
    service.line("request");
    let failed = service.line("request");
    assert_eq!(failed["service"], "schedules-canary");
    assert_eq!(failed["note"], "simulated failure");
    assert!(failed["latency_ms"].as_f64().expect("a number") >= 20.0);
    service.terminate();
    let (code, log, _) = service.ended();
    assert_eq!(code, Some(0));
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).expect("a JSON object");
        assert_eq!(line["service"], "schedules-canary");
    }
}

#[test]
fn every_mistake_in_the_settings_is_told() {
    let (code, log, said) = output(program().args(["--profile", "schedule"]).envs([
        ("SERVICE_NAME", ""),
        ("SCHEDULE_VERSIONS", "v1,v3"),
        ("ERROR_RATE", "2"),
        ("EXTRA_LATENCY_MS", "60000"),
    ]));
    assert_eq!((code, log.as_str()), (2, ""));
    for variable in [
        "SERVICE_NAME",
        "SCHEDULE_VERSIONS",
        "ERROR_RATE",
        "EXTRA_LATENCY_MS",
    ] {
        assert!(said.contains(variable), "{variable}: {said}");
    }
}

#[test]
fn a_mistake_in_a_setting_of_two_profiles_is_told_once() {
    let arguments = [
        "--profile",
        "schedule,writer",
        "--listen",
        "writer=127.0.0.1:0",
    ];
    let (code, _, said) = output(program().args(arguments).env("ERROR_RATE", "2"));
    assert_eq!(code, 2);
    assert_eq!(said.matches("ERROR_RATE").count(), 1, "{said}");
}

#[tokio::test(start_paused = true)]
async fn the_defect_that_ignores_settings_ignores_them() {
    let settings = Settings {
        error_rate: 1.0,
        extra_latency: std::time::Duration::from_secs(1),
        ..calm()
    };
    for (defects, failures, seconds) in [
        (Defects::default(), 20, 20),
        ([Defect::IgnoreEnv].into_iter().collect(), 0, 0),
    ] {
        let mut parts = Parts::new(ProfileName::Schedule, settings.catalogue());
        parts.common.defects = defects;
        let opened = schedule::open(&settings, &mut parts.common.workshop()).await;
        let target = parts.target(opened.expect("a profile"));
        let began = tokio::time::Instant::now();
        let mut failed = 0;
        for _ in 0..20 {
            failed += u32::from(target.get(V1).await.status == 500);
        }
        assert_eq!(failed, failures, "of 20 at the default rate and this seed");
        assert_eq!(began.elapsed().as_secs(), seconds);
    }
}
