//! How much of a bare axum handler's throughput is left with everything on: GET of a 64-byte value from the
//! memory store, metrics and logs on, the server on one core and the client on another.
//!
//! Rounds are interleaved, so that whatever else the machine does strikes all variants alike. The variants
//! peel the service: what one has less than the one above it is what that part costs.
//!
//! The client never sleeps. A client that is faster than its server would sleep before almost every answer, and the
//! server would pay for waking the client's core, which on a virtual machine costs more than the request. The bare
//! handler would pay nothing of the kind, as it keeps its client busy: the ratio would tell of the machine and
//! not of the service.

use std::{
    env, fs,
    net::SocketAddr,
    process::{Child, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use axum::{Router, extract::Path, routing::get};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);
const CONNECTIONS: usize = 32;
/// The contract of the service: at least this share of the bare handler.
const LEAST_RATIO: f64 = 0.7;
const VALUE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const SERVER_CORE: &str = "0";
const CLIENT_CORE: &str = "1";
const CHILD: &str = "TARGET_BENCH_CHILD";
const LISTEN: &str = "TARGET_BENCH_LISTEN";

fn main() -> ExitCode {
    match env::var(CHILD).as_deref() {
        Ok("bare") => bare(),
        Ok(_) => measure(),
        // Again, pinned. Arguments that cargo adds, such as --bench, mean nothing here.
        Err(_) => {
            let program = env::current_exe().expect("this program");
            let status = pinned(CLIENT_CORE, &program.to_string_lossy())
                .env(CHILD, "client")
                .status();
            match status {
                Ok(status) if status.success() => ExitCode::SUCCESS,
                Ok(_) => ExitCode::FAILURE,
                Err(error) => {
                    eprintln!("cannot run taskset: {error}; it is in the package util-linux");
                    ExitCode::FAILURE
                }
            }
        }
    }
}

fn pinned(core: &str, program: &str) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", core, program]);
    command
}

/// The peer: routing and a text, nothing else.
#[tokio::main]
async fn bare() -> ExitCode {
    let handler = async |Path(_key): Path<String>| VALUE;
    let app = Router::new().route("/v1/kv/{key}", get(handler));
    let address = env::var(LISTEN).expect("an address to listen on");
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .expect("a port");
    axum::serve(listener, app).await.expect("serve");
    ExitCode::SUCCESS
}

fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
}

/// One server under test.
struct Server {
    child: Child,
    address: SocketAddr,
    log: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Its lines go to a file, as under a supervisor. At the level `error` no line tells an address, so the
    /// address is picked here.
    fn start(program: &str, arguments: &[&str]) -> Self {
        let address = free_address();
        let listen = address.to_string();
        let log = tempfile::tempdir().expect("a folder");
        let file = fs::File::create(log.path().join("log")).expect("a file");
        let child = pinned(SERVER_CORE, program)
            .args([arguments, &["--listen", &listen]].concat())
            .env(CHILD, "bare")
            .env(LISTEN, &listen)
            .stdout(Stdio::from(file))
            .spawn()
            .expect("taskset");
        let server = Self {
            child,
            address,
            log,
        };
        let began = Instant::now();
        while std::net::TcpStream::connect(address).is_err() {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "{program} does not listen on {address}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// Processor time used so far.
    fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("stat");
        // After the name, which may hold spaces, utime and stime are the 12th and 13th field.
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split(' ')
            .collect();
        let ticks = |i: usize| fields.get(i).and_then(|text| text.parse::<u64>().ok());
        let ticks = ticks(12).zip(ticks(13)).expect("two numbers");
        // Linux counts in hundredths of a second for every program.
        Duration::from_millis((ticks.0 + ticks.1) * 10)
    }

    fn log_bytes(&self) -> u64 {
        fs::metadata(self.log.path().join("log")).map_or(0, |meta| meta.len())
    }
}

struct Variant {
    name: &'static str,
    server: Server,
    path: &'static str,
    rounds: Vec<Round>,
}

struct Round {
    per_second: f64,
    cpu_micros: f64,
}

#[tokio::main(flavor = "current_thread")]
async fn measure() -> ExitCode {
    let service = env!("CARGO_BIN_EXE_target-service");
    let this = env::current_exe().expect("this program");
    let this = this.to_string_lossy();
    let start = |level| Server::start(service, &["--database", "memory", "--log-level", level]);
    let variant = |name, server, path| Variant {
        name,
        server,
        path,
        rounds: Vec::new(),
    };
    tokio::spawn(stay_awake());
    let mut variants = [
        variant(
            "bare axum handler",
            Server::start(&this, &[]),
            "/v1/kv/known",
        ),
        variant(
            "layers and metrics, no store, no log lines",
            start("error"),
            "/livez",
        ),
        variant("and the store", start("error"), "/v1/kv/known"),
        variant("and a log line per request", start("info"), "/v1/kv/known"),
    ];
    for variant in &variants[1..] {
        put(variant.server.address).await;
    }
    for round in 0..=ROUNDS {
        for variant in &mut variants {
            let measured = run(&variant.server, variant.path).await;
            // The first round warms up.
            if round > 0 {
                variant.rounds.push(measured);
            }
        }
    }
    report(&variants)
}

async fn put(address: SocketAddr) {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let request = format!(
        "PUT /v1/kv/known HTTP/1.1\r\nhost: b\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{VALUE}",
        VALUE.len()
    );
    stream.write_all(request.as_bytes()).await.expect("a write");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
}

async fn run(server: &Server, path: &str) -> Round {
    let (began, cpu) = (Instant::now(), server.cpu());
    let clients: Vec<_> = (0..CONNECTIONS)
        .map(|_| tokio::spawn(client(server.address, path.to_owned(), began + ROUND)))
        .collect();
    let mut requests = 0;
    for client in clients {
        requests += client.await.expect("a client");
    }
    let (elapsed, cpu) = (began.elapsed(), server.cpu().saturating_sub(cpu));
    Round {
        per_second: f64::from(requests) / elapsed.as_secs_f64(),
        cpu_micros: cpu.as_secs_f64() * 1e6 / f64::from(requests),
    }
}

/// Keeps the runtime from sleeping: with a task that is always ready it only looks whether an answer is there.
async fn stay_awake() {
    loop {
        tokio::task::yield_now().await;
    }
}

/// Closed loop on one connection; counts answers of 200 with their whole body.
async fn client(address: SocketAddr, path: String, until: Instant) -> u32 {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("nodelay");
    let request = format!("GET {path} HTTP/1.1\r\nhost: b\r\n\r\n");
    let mut buffer = vec![0; 4096];
    let mut requests = 0;
    while Instant::now() < until {
        stream.write_all(request.as_bytes()).await.expect("a write");
        let mut filled = 0;
        loop {
            let read = stream.read(&mut buffer[filled..]).await.expect("a read");
            assert!(read > 0, "the server closed the connection");
            filled += read;
            if complete(&buffer[..filled]) {
                break;
            }
        }
        requests += 1;
    }
    requests
}

fn complete(answer: &[u8]) -> bool {
    assert!(answer.len() < 12 || &answer[9..12] == b"200", "not a 200");
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    body.len() >= length.expect("a content-length")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn report(variants: &[Variant]) -> ExitCode {
    println!(
        "GET of a 64-byte value, {CONNECTIONS} connections, one core, median of {ROUNDS} rounds of {} s",
        ROUND.as_secs()
    );
    println!(
        "{:<44} {:>10} {:>8} {:>12} {:>10}",
        "variant", "requests/s", "ratio", "CPU/request", "log MB"
    );
    let mut bare = 0.0;
    let mut ratio = 0.0;
    for variant in variants {
        let per_second = median(
            variant
                .rounds
                .iter()
                .map(|round| round.per_second)
                .collect(),
        );
        let cpu = median(
            variant
                .rounds
                .iter()
                .map(|round| round.cpu_micros)
                .collect(),
        );
        if bare == 0.0 {
            bare = per_second;
        }
        ratio = per_second / bare;
        let megabytes = variant.server.log_bytes() / 1_000_000;
        println!(
            "{:<44} {per_second:>10.0} {ratio:>8.2} {cpu:>9.1} µs {megabytes:>10}",
            variant.name
        );
    }
    if ratio < LEAST_RATIO {
        println!("FAIL: {ratio:.2} of the bare handler, at least {LEAST_RATIO} is wanted");
        return ExitCode::FAILURE;
    }
    println!("ok: {ratio:.2} of the bare handler, at least {LEAST_RATIO} is wanted");
    ExitCode::SUCCESS
}
