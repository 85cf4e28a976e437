//! 10,000 events over HTTP on loopback, by store: how long it takes, and whether all of them are stored.
//!
//! Service and generator are two processes of the same program, as a user would run them. Each round has
//! a service and a database of its own. The time runs from the first request to the last answer, and an
//! answer means stored. That is verified by `/stats`, and for PostgreSQL by the sums of the table itself.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, ExitCode, Stdio},
    thread,
};

use serde_json::Value;
use sqlx::{Connection as _, PgConnection};
use tokio::runtime::Runtime;

#[path = "../tests/it/support/postgres.rs"]
#[expect(dead_code, reason = "this cluster runs from the beginning to the end")]
mod postgres;

use postgres::Postgres;

const EVENTS: i64 = 10_000;
const ROUNDS: usize = 3;
const CONCURRENCY: &str = "50";
const PROGRAM: &str = env!("CARGO_BIN_EXE_target-service");

fn main() -> ExitCode {
    let runtime = Runtime::new().expect("a runtime");
    let cluster = Postgres::new();
    println!("{EVENTS} events, {CONCURRENCY} requests at a time, over HTTP on loopback");
    println!("store          seconds  events/s  acknowledged    stored");
    let mut all_good = true;
    for store in ["memory", "sqlite memory", "sqlite file", "postgres"] {
        for _ in 0..ROUNDS {
            let folder = tempfile::tempdir().expect("a folder");
            let file = folder.path().join("events.db");
            let location = match store {
                "memory" => "memory".to_owned(),
                "sqlite memory" => ":memory:".to_owned(),
                "sqlite file" => file.display().to_string(),
                _ => runtime.block_on(cluster.fresh_database()),
            };
            let mut round = Round::run(&location);
            if store == "postgres" {
                round.stored = runtime.block_on(rows(&location));
            }
            all_good &= round.tell(store);
        }
    }
    if all_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What one round came to.
struct Round {
    seconds: f64,
    acknowledged: i64,
    stored: i64,
    agree: bool,
}

impl Round {
    fn run(location: &str) -> Self {
        let service = Service::start(location);
        let events = EVENTS.to_string();
        let generator = Command::new(PROGRAM)
            .env_clear()
            .args(["generate-events", "--json", "--url", &service.url])
            .args(["--events", &events, "--concurrency", CONCURRENCY])
            .stderr(Stdio::inherit())
            .output()
            .expect("the generator");
        let report: Value = serde_json::from_slice(&generator.stdout).expect("a report");
        let sum = |field: &str| {
            let count = |kind| report[field][kind].as_i64().expect("a count");
            count("delivered") + count("bounced")
        };
        Self {
            seconds: report["seconds"].as_f64().expect("a time"),
            acknowledged: sum("acknowledged"),
            stored: sum("stored"),
            agree: generator.status.success(),
        }
    }

    /// Prints the round; whether it is good.
    fn tell(&self, store: &str) -> bool {
        let good = self.agree && self.acknowledged == EVENTS && self.stored == EVENTS;
        let rate = self.acknowledged as f64 / self.seconds;
        println!(
            "{store:<14} {:>7.3} {rate:>9.0} {:>13} {:>9}{}",
            self.seconds,
            self.acknowledged,
            self.stored,
            if good { "" } else { "  DIFFER" }
        );
        good
    }
}

/// The sums of the table itself, past the service.
async fn rows(url: &str) -> i64 {
    let mut connection = PgConnection::connect(url).await.expect("a connection");
    sqlx::query_scalar("SELECT SUM(delivered + bounced)::BIGINT FROM domains")
        .fetch_one(&mut connection)
        .await
        .expect("a sum")
}

struct Service {
    process: Child,
    url: String,
}

impl Service {
    fn start(location: &str) -> Self {
        let mut process = Command::new(PROGRAM)
            .env_clear()
            .args(["--profile", "events", "--listen", "127.0.0.1:0"])
            .args(["--database", location])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the service");
        let mut log = BufReader::new(process.stdout.take().expect("a pipe"));
        let mut first = String::new();
        log.read_line(&mut first).expect("a line");
        let told: Value = serde_json::from_str(&first).expect("JSON");
        let url = format!("http://{}", told["addr"].as_str().expect("an address"));
        // Log lines are a part of the work: they are read, and nothing is done with them.
        thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self { process, url }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
