//! `sloproof find-max` against a server of known capacity.
#![forbid(unsafe_code)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
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
