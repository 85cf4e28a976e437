//! `compare` on runs that were recorded here: a small server, and `sloproof load` against it.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;

use crate::place::{Place, stdout};

/// Answers every request after this time, for as long as the test lives.
fn serve(listener: TcpListener, delay: Duration) {
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream, delay));
        }
    });
}

fn answer(mut stream: TcpStream, delay: Duration) -> Option<()> {
    let _ = stream.set_nodelay(true);
    let mut seen = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        while let Some(end) = seen.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = seen.drain(..end + 4).as_slice().starts_with(b"HEAD ");
            std::thread::sleep(delay);
            let body = if head { "" } else { "ok" };
            let text = format!("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{body}");
            stream.write_all(text.as_bytes()).ok()?;
        }
        let n = stream.read(&mut chunk).ok().filter(|n| *n > 0)?;
        seen.extend_from_slice(&chunk[..n]);
    }
}

/// Run directories `fast` and `slow`, recorded once.
struct Recorded {
    place: Place,
}

fn recorded() -> &'static Recorded {
    static RECORDED: OnceLock<Recorded> = OnceLock::new();
    RECORDED.get_or_init(|| {
        let place = Place::empty();
        for (name, ms) in [("fast", 0), ("slow", 40)] {
            record(&place, name, ms, "-r 300 -d 1s");
        }
        Recorded { place }
    })
}

/// Records a valid run; on a machine that is busy for a while, the first valid one.
fn record(place: &Place, name: &str, ms: u64, flags: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    serve(listener, Duration::from_millis(ms));
    for attempt in 0..20 {
        let out = format!("{name}-{attempt}");
        let command = format!("load {url} {flags} --target-version sample/1.0 --out {out} --quiet");
        if place.command(&command).output().unwrap().status.success() {
            let run = std::fs::read_dir(place.path(&out)).unwrap().next();
            std::fs::rename(run.unwrap().unwrap().path(), place.path(name)).unwrap();
            return;
        }
    }
    panic!("20 loads of one second, and this machine could send none of them on time");
}

impl Recorded {
    /// A place with both runs in it, and a copy of `fast` with a JSON file of it changed.
    fn with_other(&self, file: &str, change: impl Fn(&mut Value)) -> Place {
        let place = Place::empty();
        for (from, to) in [("fast", "fast"), ("slow", "slow"), ("fast", "other")] {
            place.adopt(&self.place.path(from), to);
        }
        edit(&place.path("other").join(file), change);
        place
    }

    fn runs(&self) -> Place {
        self.with_other("manifest.json", |_| ())
    }
}

fn edit(file: &Path, change: impl Fn(&mut Value)) {
    let mut value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    change(&mut value);
    std::fs::write(file, serde_json::to_vec(&value).unwrap()).unwrap();
}

fn no_errors() -> Value {
    serde_json::json!({
        "file": "slo.yaml",
        "objective": {
            "name": "answers", "description": "", "target": 0.9, "period": 2_592_000_000_u64, "queries": [],
        },
        "bad": { "status": { "from": 500, "to": 599 } },
        "routes": [],
        "remaining": null,
        "expect": "met",
    })
}

fn json(place: &Place, args: &str, code: i32) -> Value {
    let run = place.sloproof(&format!("compare {args} --json")).code(code);
    serde_json::from_str(&stdout(&run)).unwrap()
}

#[test]
fn a_run_is_no_slower_than_itself() {
    let place = recorded().runs();
    let run = place.sloproof("compare fast other --gate").code(0);
    let text = stdout(&run);
    assert!(text.starts_with("SAME  "), "{text}");
    let told = json(&place, "fast other", 0);
    assert_eq!(told["outcome"], "same");
    let rows = told["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 4, "one route, p50 to p99");
    assert_eq!(
        (&rows[2]["percentile"], &rows[2]["delta_ms"]),
        (&"p95".into(), &0.0.into())
    );
    // 300 samples are too few for a p99.
    assert_eq!(
        (&rows[3]["change"], &rows[3]["current_ms"]),
        (&"unknown".into(), &Value::Null)
    );
}

#[test]
fn a_slower_run_is_told_and_fails_only_at_a_gate() {
    let place = recorded().runs();
    let text = stdout(&place.sloproof("compare slow fast").code(0));
    assert!(
        text.starts_with("WORSE  ") && text.contains("✖ slower"),
        "{text}"
    );
    assert!(text.contains("--gate makes it exit code 1"), "{text}");
    let told = json(&place, "slow fast --gate", 1);
    let p50 = &told["rows"][0];
    assert_eq!(p50["change"], "regression");
    assert!(p50["delta_ms"].as_f64().unwrap() > 20.0, "{p50}");
    // Faster is no reason to fail, and a wide tolerance forgives.
    let faster = json(&place, "fast slow --gate", 0);
    assert_eq!(faster["rows"][0]["change"], "improvement");
    json(&place, "fast other --gate --tolerance 50%", 0);
}

#[test]
fn a_greater_share_of_errors_fails_at_a_gate_although_nothing_is_slower() {
    let place = recorded().with_other("ledger.json", |ledger| {
        for cell in ledger["cells"].as_array_mut().unwrap() {
            let all = cell["outcomes"]["completed"]["200"].as_u64().unwrap();
            cell["outcomes"]["completed"] = serde_json::json!({ "200": all - 30, "500": 30 });
            cell["good"] = (all - 30).into();
        }
    });
    let told = json(&place, "other fast --gate", 1);
    assert_eq!(told["outcome"], "regression");
    let bad = &told["bad"][0];
    assert_eq!(
        (&bad["route"], &bad["change"], &bad["baseline"]),
        (&"request".into(), &"regression".into(), &0.0.into())
    );
    assert_eq!(told["rows"][0]["change"], "same");
    let text = stdout(&place.sloproof("compare other fast").code(0));
    assert!(
        text.starts_with("WORSE  ") && text.contains("✖ worse"),
        "{text}"
    );
    assert_eq!(
        json(&place, "fast other --gate", 0)["bad"][0]["change"],
        "improvement"
    );
}

#[test]
fn what_cannot_be_compared_is_refused_with_the_reason() {
    type Change = fn(&mut Value);
    let cases: [(&str, &str, Change, &str); 5] = [
        (
            "scenario",
            "plan.json",
            |plan| plan["load"]["seed"] = 7.into(),
            "they differ in load.seed: run the same scenario with the same seed",
        ),
        (
            "target_version",
            "manifest.json",
            |manifest| manifest["target_version"]["version"] = "sample/1.1".into(),
            "take a baseline of this version",
        ),
        (
            "machine",
            "manifest.json",
            |manifest| manifest["machine"]["kernel"] = "0.0.1".into(),
            "run both on one machine",
        ),
        (
            "machine",
            "manifest.json",
            |manifest| manifest["machine"] = Value::Null,
            "run both on one machine",
        ),
        (
            "validity",
            "manifest.json",
            |manifest| manifest["timeline"]["interrupted"] = true.into(),
            "run it again",
        ),
    ];
    for (about, file, change, remedy) in cases {
        let place = recorded().with_other(file, change);
        for pair in ["fast other", "other fast"] {
            let told = json(&place, pair, 3);
            assert_eq!(told["outcome"], "refused", "{about}");
            let refused = told["refused"].as_array().unwrap();
            assert_eq!(refused.len(), 1, "{about}: {refused:?}");
            assert_eq!(refused[0]["about"], about);
            assert!(
                refused[0]["remedy"].as_str().unwrap().contains(remedy),
                "{refused:?}"
            );
            assert_eq!(told["rows"].as_array().unwrap().len(), 0);
        }
    }
}

/// Its claims do not mind late requests; a comparison of latencies does.
#[test]
fn a_run_that_passed_although_it_sent_late_is_not_compared() {
    let place = recorded().runs();
    for run in ["fast", "slow"] {
        edit(&place.path(run).join("plan.json"), |plan| {
            plan["slos"] = serde_json::json!([no_errors()]);
        });
        edit(&place.path(run).join("ledger.json"), |ledger| {
            for cell in ledger["cells"].as_array_mut().unwrap() {
                cell["delay"] = cell["response"].clone();
            }
        });
    }
    let told = json(&place, "fast slow", 3);
    assert_eq!(told["outcome"], "refused");
    let refused = told["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0]["about"], "validity");
    let late = refused[0]["baseline"].as_str().unwrap();
    assert!(
        late.starts_with("requests left 4") && late.ends_with(" ms late (p99)"),
        "{refused:?}"
    );
}

#[test]
fn an_unknown_version_is_not_an_equal_one_unless_one_says_so() {
    let forget: fn(&mut Value) = |manifest| {
        manifest.as_object_mut().unwrap().remove("target_version");
    };
    let place = recorded().with_other("manifest.json", forget);
    let text = stdout(&place.sloproof("compare fast other").code(3));
    assert!(text.starts_with("REFUSED  "), "{text}");
    assert!(text.contains("sample/1.0 (by --target-version)"), "{text}");
    assert!(text.contains("baseline    unknown"), "{text}");
    json(&place, "fast other --allow-unknown-version", 0);
}

#[test]
fn two_runs_without_a_percentile_are_not_equal() {
    let place = Place::empty();
    record(&place, "few", 0, "-r 10 -d 1s");
    let told = json(&place, "few few", 3);
    assert_eq!(told["refused"][0]["about"], "samples");
    assert_eq!(told["refused"][0]["current"], "0 of 4 percentiles");
}

#[test]
fn what_is_no_run_directory_is_called_so_before_anything_is_compared() {
    Place::empty()
        .sloproof("compare nowhere neither")
        .code(2)
        .stdout_eq("")
        .stderr_eq(
            "sloproof: nowhere is not a directory; name the one that `sloproof run` made, such as runs/ID\n",
        );
}

#[test]
fn a_manifest_tells_scenario_version_and_machine() {
    let manifest = recorded().place.path("fast/manifest.json");
    let manifest: Value = serde_json::from_slice(&std::fs::read(manifest).unwrap()).unwrap();
    assert_eq!(manifest["scenario_hash"].as_str().unwrap().len(), 16);
    assert_eq!(manifest["target_version"]["version"], "sample/1.0");
    assert!(manifest["machine"]["cores"].as_u64().unwrap() > 0);
    assert!(manifest["machine"]["kernel"].is_string(), "{manifest}");
}
