//! `sloproof find-max` against a server of known capacity.
#![forbid(unsafe_code)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

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

fn run(url: &str, args: &str) -> (Output, Option<Value>) {
    let folder = tempfile::tempdir().unwrap();
    let output = command(folder.path(), url, args).output().unwrap();
    let document = serde_json::from_slice(&output.stdout).ok();
    (output, document)
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const SHORT: &str = "--step-duration 600ms --warm-up 200ms --precision 20% --repeats 1";

#[test]
fn the_capacity_of_a_queue_is_found_between_half_and_all_of_it() {
    let url = serve(Manner::Queue(Duration::from_millis(2)));
    let args = format!("{SHORT} -o p90<20ms --start 100 --limit 4000");
    let (output, document) = run(&url, &args);
    let document = document.unwrap_or_else(|| panic!("{}", told(&output)));
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}\n{document:#}",
        told(&output)
    );
    let bracket = &document["answer"]["bracket"];
    let (low, high) = (
        bracket["low"].as_f64().unwrap(),
        bracket["high"].as_f64().unwrap(),
    );
    // 500/s is what a queue of 2 ms can do at all; short steps may end before an overload of a few percent shows.
    assert!(
        low >= 200.0 && low < 650.0,
        "{low} to {high}\n{}",
        told(&output)
    );
    assert!(
        high > 400.0 && high < 1000.0,
        "{low} to {high}\n{}",
        told(&output)
    );
}

#[test]
fn a_generator_without_places_is_named_as_the_limit_and_not_the_service() {
    // One place and 20 ms each make 50/s, while the service would answer any number at once within the objective.
    let url = serve(Manner::Delay(Duration::from_millis(20)));
    let args = format!("{SHORT} -o p90<200ms --start 20 --limit 400 -c 1 --retries 0 --uniform");
    let (output, document) = run(&url, &args);
    let document = document.unwrap_or_else(|| panic!("{}", told(&output)));
    assert_eq!(output.status.code(), Some(3), "{document:#}");
    assert_eq!(document["answer"]["conclusion"], "at_least_generator");
    let sentence = document["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("the generator, not the service, is the limit")
            && sentence.contains("one of 1 places in flight"),
        "{sentence}"
    );
    let steps = document["steps"].as_array().unwrap();
    assert!(
        steps.iter().all(|step| step["judged"] != "breaks"),
        "{document:#}"
    );
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
    let args = format!("{SHORT} -o p90<200ms --start 300");
    let (output, document) = run(&url, &args);
    let document = document.unwrap_or_else(|| panic!("{}", told(&output)));
    assert_eq!(output.status.code(), Some(1), "{document:#}");
    let sentence = document["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("does not hold at 300/s, the lowest rate (100.0 % bad)"),
        "{sentence}"
    );
}

#[test]
fn a_service_that_holds_up_to_the_limit_is_found_to_hold_at_least_that() {
    let url = serve(Manner::Status(200));
    let args = format!("{SHORT} -o p90<500ms --start 200 --limit 300");
    let folder = tempfile::tempdir().unwrap();
    let output = command(folder.path(), &url, &args).output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{document:#}");
    assert_eq!(document["answer"]["conclusion"], "at_least_limit");
    assert_eq!(document["answer"]["bracket"]["low"], 300.0);
    let run = the_run(folder.path());
    let kept: Value = read(&run.join("find-max.json")).parse().unwrap();
    assert_eq!(kept, document, "what is printed is what is kept");
    assert!(read(&run.join("find-max.svg")).starts_with("<svg"));
    let page = read(&run.join("find-max.html"));
    assert!(
        page.contains("AT LEAST") && page.contains("<svg") && !page.contains("src="),
        "{page}"
    );
    assert!(run.join("steps/01/ledger.json").is_file());
}

#[test]
fn what_was_measured_before_an_interrupt_is_kept_and_told() {
    let url = serve(Manner::Status(200));
    let folder = tempfile::tempdir().unwrap();
    let args = format!("{SHORT} -o p90<500ms --start 200");
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
        ("--warm-up 5", "a duration, such as"),
    ] {
        let (output, _) = run(&url, args);
        assert_eq!(output.status.code(), Some(2), "{args}");
        let told = told(&output);
        assert!(told.contains(said), "{args}: {told}");
    }
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
