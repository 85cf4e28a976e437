//! `sloproof find-max` against a server of known capacity.
#![forbid(unsafe_code)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A server on loopback that takes this long for a request. Ends with the process.
#[derive(Clone, Copy)]
enum Manner {
    /// One after the other, whatever the connection: its capacity is exactly 1 / time.
    Queue(Duration),
    /// All at once: its capacity is that of its connections.
    Delay(Duration),
    /// At once, with this status.
    Status(u16),
}

fn serve(manner: Manner) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let free_at = Arc::new(Mutex::new(Instant::now()));
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let free_at = Arc::clone(&free_at);
            std::thread::spawn(move || answer(stream, manner, &free_at));
        }
    });
    url
}

fn answer(stream: TcpStream, manner: Manner, free_at: &Mutex<Instant>) {
    let _ = stream.set_nodelay(true);
    let mut out = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    loop {
        line.clear();
        match reader.read_line(&mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) if line.trim().is_empty() => {}
            Ok(_) => continue,
        }
        let now = Instant::now();
        let done = match manner {
            Manner::Status(_) => now,
            Manner::Delay(time) => now + time,
            // The queue is kept on paper: a late wake-up delays one answer and no other.
            Manner::Queue(time) => {
                let mut free_at = free_at.lock().unwrap();
                *free_at = (*free_at).max(now) + time;
                *free_at
            }
        };
        std::thread::sleep(done.saturating_duration_since(now));
        let status = match manner {
            Manner::Status(status) => status,
            _ => 200,
        };
        if write!(out, "HTTP/1.1 {status} -\r\ncontent-length: 2\r\n\r\nok").is_err() {
            return;
        }
    }
}

fn command(folder: &Path, url: &str, args: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sloproof"));
    command
        .current_dir(folder)
        .env_remove("SLOPROOF_RUNS")
        .args(["find-max", url, "--json"])
        .args(args.split_whitespace())
        .stdin(Stdio::null());
    command
}

/// The machine is shared: one measurement at a time, and one that did not come to the expected conclusion may be
/// repeated, twice at most. What must never happen is asserted of every one.
fn measured(
    url: &str,
    args: &str,
    expected: &str,
    never: impl Fn(&Value),
) -> (PathBuf, Value, TempDir) {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut last = String::new();
    for _ in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let output = command(folder.path(), url, args).output().unwrap();
        let document: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", told(&output)));
        never(&document);
        let code = document["exit_code"].as_i64().unwrap();
        assert_eq!(output.status.code().map(i64::from), Some(code));
        if document["answer"]["conclusion"] == expected {
            return (the_run(folder.path()), document, folder);
        }
        last = told(&output);
        eprintln!("repeated: not {expected}\n{last}");
    }
    panic!("three times not {expected}: {last}");
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const SHORT: &str = "--step-duration 600ms --warm-up 100ms --precision 20% --repeats 1";

#[test]
fn the_capacity_of_a_queue_is_found_near_what_a_queue_can_do() {
    // 5 ms each, one after the other: 200/s and no more.
    let url = serve(Manner::Queue(Duration::from_millis(5)));
    let args = format!("{SHORT} -o p50<150ms --start 50 --limit 3000");
    let end = |document: &Value, name: &str| document["answer"]["bracket"][name].as_f64();
    let (_, document, _folder) = measured(&url, &args, "found", |document| {
        // A step of a second may end before the backlog of a slight overload is 150 ms long; of a greater one it is.
        assert!(
            end(document, "low").is_none_or(|low| low < 300.0),
            "{document:#}"
        );
    });
    assert_eq!(document["exit_code"], 0);
    let (low, high) = (
        end(&document, "low").unwrap(),
        end(&document, "high").unwrap(),
    );
    assert!(
        50.0 <= low && low < high && high <= 400.0,
        "{low} to {high}"
    );
}

#[test]
fn a_generator_without_places_is_named_as_the_limit_and_not_the_service() {
    // One place and 20 ms each make 50/s, while the service would answer any number at once within the objective.
    let url = serve(Manner::Delay(Duration::from_millis(20)));
    let args = format!("{SHORT} -o p50<300ms --start 40 --limit 400 -c 1 --retries 1 --uniform");
    let (_, document, _folder) = measured(&url, &args, "at_least_generator", |_| {});
    assert_eq!(document["exit_code"], 3);
    let sentence = document["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("the generator, not the service, is the limit")
            && sentence.contains("one of 1 places in flight"),
        "{sentence}"
    );
    let low = document["answer"]["bracket"]["low"].as_f64().unwrap();
    assert!((40.0..=60.0).contains(&low), "{low}");
}

#[test]
fn a_service_that_was_never_up_is_told_before_any_load() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let folder = tempfile::tempdir().unwrap();
    let output = command(folder.path(), &url, "").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stdout, b"");
    let told = told(&output);
    assert!(
        told.contains("nothing accepts connections at http://127.0.0.1:"),
        "{told}"
    );
    assert!(
        !folder.path().join("runs").exists(),
        "nothing is left behind"
    );
}

#[test]
fn an_objective_that_never_holds_fails_at_the_lowest_rate() {
    let url = serve(Manner::Status(503));
    let args = format!("{SHORT} -o p90<1s --start 150");
    let (_, document, _folder) = measured(&url, &args, "not_held", |document| {
        assert_eq!(document["answer"]["low_votes"]["held"], 0);
    });
    assert_eq!(document["exit_code"], 1);
    let sentence = document["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("does not hold at 150/s, the lowest rate (100.0 % bad)"),
        "{sentence}"
    );
}

#[test]
fn a_service_that_holds_up_to_the_limit_is_found_to_hold_at_least_that() {
    let url = serve(Manner::Status(200));
    let args = format!("{SHORT} -o p90<1s --start 150 --limit 200");
    let (run, document, _folder) = measured(&url, &args, "at_least_limit", |_| {});
    assert_eq!(document["exit_code"], 0);
    assert_eq!(document["answer"]["bracket"]["low"], 200.0);
    let kept: Value = read(&run.join("find-max.json")).parse().unwrap();
    assert_eq!(kept, document, "what is printed is what is kept");
    assert!(read(&run.join("find-max.svg")).starts_with("<svg"));
    let page = read(&run.join("find-max.html"));
    assert!(page.contains("AT LEAST") && page.contains("<svg"), "{page}");
    for reaching_out in ["src=", "href=", "@import", "url("] {
        assert!(!page.contains(reaching_out), "{reaching_out}");
    }
    assert!(run.join("steps/01/ledger.json").is_file());
}

#[test]
fn the_routes_of_a_scenario_are_sent_and_its_phases_are_not() {
    let url = serve(Manner::Status(200));
    let load = "    routes:
      - { name: cart, request: 'GET /cart/{key}', weight: 9 }
      - { name: order, request: POST /orders, body: '{}' }
";
    let (_place, file) = scenario(&url, load);
    let args = format!("{SHORT} -o p90<1s --start 150 --limit 150");
    let (run, document, _folder) =
        measured(file.to_str().unwrap(), &args, "at_least_limit", |_| {});
    let ledger: Value = read(&run.join("steps/01/ledger.json")).parse().unwrap();
    let planned = |route: &str| -> u64 {
        let cells = ledger["cells"].as_array().unwrap().iter();
        let of = cells.filter(|cell| cell["route"] == route);
        of.map(|cell| cell["planned"].as_u64().unwrap()).sum()
    };
    assert!(planned("cart") > planned("order") && planned("order") > 0);
    assert_eq!(document["search"]["arrivals"], "poisson");
}

#[test]
fn users_who_think_leave_places_for_others() {
    let url = serve(Manner::Status(200));
    // At 150/s, 150 users think at once.
    let load = "    maxInFlight: 64
    journeys:
      - name: buyer
        steps:
          - { name: look, request: GET /look }
          - { name: order, request: POST /order, thinkTime: 1s }
";
    let (_place, file) = scenario(&url, load);
    let args = format!("{SHORT} -o p90<100ms --start 150 --limit 150");
    let (run, _, _folder) = measured(file.to_str().unwrap(), &args, "at_least_limit", |_| {});
    let plan: Value = read(&run.join("steps/01/plan.json")).parse().unwrap();
    // Twice 150/s × (2 × 100 ms + 1 s).
    assert_eq!(plan["load"]["max_in_flight"], 360);
}

#[test]
fn what_was_measured_before_an_interrupt_is_kept_and_told() {
    let url = serve(Manner::Status(200));
    let folder = tempfile::tempdir().unwrap();
    let args = format!("{SHORT} -o p90<1s --start 150");
    let mut child = command(folder.path(), &url, &args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The first line that tells a step: from there on there is something to keep.
    let mut progress = BufReader::new(child.stderr.take().unwrap()).lines();
    let first = progress.find(|line| line.as_ref().is_ok_and(|line| line.contains("step  1")));
    assert!(first.is_some());
    let interrupted = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(interrupted.success());
    let rest = progress.map_while(Result::ok).count();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(rest >= 1, "that it stops is said");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["answer"]["conclusion"], "interrupted");
    assert!(!document["steps"].as_array().unwrap().is_empty());
    assert!(the_run(folder.path()).join("find-max.html").is_file());
}

#[test]
fn what_cannot_be_searched_is_refused_with_its_remedy() {
    let url = serve(Manner::Status(200));
    for (args, said) in [
        ("-o p99>1ms", "such as 'p99 < 50ms'"),
        ("--errors 100%", "write 1% or 0.1%"),
        ("--start 0", "a rate above 0"),
        ("--limit 50", "a rate from 100 (the start)"),
        ("--precision 0.1%", "a precision from 1 to 100 %"),
        ("--timeout 100ms", "let it be longer than every bound"),
        ("-o p99.9<50ms", "start at 184/s or above"),
        ("--warm-up 5", "a unit is missing: 5s?"),
        ("-b {random:0}", "--body: `{random:0}` needs a length"),
        ("--step-duration 300d", "take a shorter `--step-duration`"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let output = command(folder.path(), &url, args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args}");
        let told = told(&output);
        assert!(told.contains(said), "{args}: {told}");
    }
}

/// A scenario with this under `load:`, in a folder of its own; its phases are never sent.
fn scenario(url: &str, load: &str) -> (tempfile::TempDir, PathBuf) {
    let text = format!(
        "apiVersion: sloproof.dev/v1
kind: Scenario
metadata: {{ name: shop, purpose: capacity }}
spec:
  target: {{ url: {} }}
  telemetry: {{}}
  load:
{load}    phases:
      - {{ name: steady, duration: 1h, rate: 1/s }}
",
        url.trim_end_matches('/')
    );
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("shop.yaml");
    std::fs::write(&file, text).unwrap();
    (place, file)
}

/// The one run directory.
fn the_run(folder: &Path) -> PathBuf {
    let mut runs = std::fs::read_dir(folder.join("runs")).unwrap();
    let run = runs.next().unwrap().unwrap().path();
    assert!(runs.next().is_none());
    run
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
