//! Profile `writer` over real databases: what is counted is what is there.

use std::{path::Path, time::Duration};

use sqlx::{Connection as _, PgConnection, SqliteConnection, query_scalar};
use target_service::{
    config::{Defect, Defects, PostgresUrl},
    profile::{ProfileName, Task},
    writer::{self, Settings, WriterDatabase, domain::Pace},
};
use tokio::{task::JoinHandle, time::Instant};

use super::support::{Parts, Postgres, Scrape, Target};

/// Far beyond what any step takes.
const LIMIT: Duration = Duration::from_mins(1);

fn settings(database: WriterDatabase, error_rate: f64) -> Settings {
    Settings {
        database,
        pace: Pace {
            attempts: 10_000,
            connect_interval: Duration::from_millis(5),
            write_interval: Duration::from_millis(2),
        },
        error_rate,
    }
}

fn url(text: &str) -> WriterDatabase {
    WriterDatabase::Url(PostgresUrl::parse(text).expect("a URL"))
}

async fn opened(settings: &Settings, defects: Defects) -> (Target, Task) {
    let mut parts = Parts::new(ProfileName::Writer, writer::CATALOGUE);
    parts.common.defects = defects;
    let opened = writer::open(settings, &mut parts.common.workshop()).await;
    let mut profile = opened.expect("a profile");
    let task = profile.task.take().expect("work");
    (parts.target(profile), task)
}

/// The profile without its server: the task alone.
struct WriterAtWork {
    target: Target,
    task: JoinHandle<Result<(), target_service::profile::TaskError>>,
}

impl WriterAtWork {
    async fn start(settings: &Settings) -> Self {
        let (target, task) = opened(settings, Defects::default()).await;
        Self {
            target,
            task: tokio::spawn(task),
        }
    }

    async fn until(&self, what: &str, holds: impl Fn(&Scrape) -> bool) {
        let begin = Instant::now();
        while !holds(&self.target.scrape().await) {
            assert!(begin.elapsed() < LIMIT, "never: {what}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    async fn until_ready_is(&self, status: u16) -> String {
        let begin = Instant::now();
        loop {
            let answer = self.target.get("/readyz").await;
            if answer.status == status {
                return answer.body;
            }
            assert!(begin.elapsed() < LIMIT, "/readyz is never {status}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    async fn stop(self) -> Target {
        self.target.drain.begin();
        let ended = self.task.await.expect("no panic");
        ended.expect("stopped");
        self.target
    }
}

fn rows(scrape: &Scrape, dbname: &str) -> f64 {
    let labels = [("dbname", dbname)];
    let rows = scrape.value("postgres_rows_written_total", &labels);
    rows.expect("there from the start")
}

fn errors(scrape: &Scrape, dbname: &str) -> f64 {
    let labels = [("dbname", dbname)];
    let errors = scrape.value("postgres_write_errors_total", &labels);
    errors.expect("there from the start")
}

fn by_cause(scrape: &Scrape, cause: &str) -> f64 {
    let errors = scrape.value("writer_errors_total", &[("cause", cause)]);
    errors.expect("there from the start")
}

fn messages(target: &Target, start: &str) -> usize {
    let lines = target.log();
    let starts =
        |line: &&serde_json::Value| line["msg"].as_str().is_some_and(|m| m.starts_with(start));
    lines.iter().filter(starts).count()
}

/// Ticks are rows and errors, in the counters as in the log.
async fn assert_invariants(target: &Target, dbname: &str) {
    let scrape = target.scrape().await;
    let ticks = messages(target, "Adding row") + messages(target, "Simulating database error: ");
    let (rows, errors) = (rows(&scrape, dbname), errors(&scrape, dbname));
    assert_eq!(rows + errors, ticks as f64);
    assert_eq!(
        by_cause(&scrape, "simulated") + by_cause(&scrape, "real"),
        errors
    );
    let failed = messages(target, "Failed to add new row: ") as f64;
    assert_eq!(by_cause(&scrape, "real"), failed);
    assert_eq!(messages(target, "New row added.") as f64, rows);
}

async fn rows_in_file(path: &Path) -> f64 {
    let url = format!("sqlite://{}", path.display());
    let mut connection = SqliteConnection::connect(&url).await.expect("a file");
    let count: i64 = query_scalar("SELECT count(*) FROM devtable WHERE data LIKE '% data'")
        .fetch_one(&mut connection)
        .await
        .expect("a count");
    count as f64
}

async fn rows_in_server(url: &str) -> f64 {
    let mut connection = PgConnection::connect(url).await.expect("a server");
    let count: i64 = query_scalar(
        "SELECT count(*) FROM devtable WHERE data LIKE '% data' AND created_at IS NOT NULL",
    )
    .fetch_one(&mut connection)
    .await
    .expect("a count");
    count as f64
}

#[tokio::test]
async fn in_a_file_the_rows_are_those_that_were_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("data/rows.db");
    let settings = settings(WriterDatabase::SqliteFile(path.clone()), 0.1);
    let mut before = 0.0;
    for _ in 0..2 {
        let running = WriterAtWork::start(&settings).await;
        running
            .until("50 rows", |scrape| rows(scrape, "rows") >= 50.0)
            .await;
        let target = running.stop().await;
        assert_invariants(&target, "rows").await;
        let scrape = target.scrape().await;
        assert!(by_cause(&scrape, "simulated") > 0.0);
        let after = rows_in_file(&path).await;
        assert_eq!(after - before, rows(&scrape, "rows"));
        before = after;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_late_goes_and_comes_back_costs_no_restart_and_no_count() {
    let mut server = Postgres::new();
    let address = server.fresh_database().await;
    let dbname = address.rsplit('/').next().expect("a name").to_owned();
    server.stop();

    let running = WriterAtWork::start(&settings(url(&address), 0.1)).await;
    running
        .until("three tries", |scrape| {
            scrape.sum("writer_connect_attempts_total", &[]) >= 3.0
        })
        .await;
    assert_eq!(running.target.get("/livez").await.status, 200);
    let waiting = running.until_ready_is(503).await;
    assert!(waiting.contains("waiting_for_database"), "{waiting}");
    let scrape = running.target.scrape().await;
    assert_eq!(
        (rows(&scrape, &dbname), errors(&scrape, &dbname)),
        (0.0, 0.0)
    );
    assert_eq!(scrape.value("writer_database_up", &[]), Some(0.0));

    server.start();
    running.until_ready_is(200).await;
    running
        .until("20 rows", |scrape| rows(scrape, &dbname) >= 20.0)
        .await;

    server.stop();
    let gone = running.until_ready_is(503).await;
    assert!(gone.contains("database_unavailable"), "{gone}");
    running
        .until("5 real errors", |scrape| by_cause(scrape, "real") >= 5.0)
        .await;
    let scrape = running.target.scrape().await;
    assert_eq!(scrape.value("writer_database_up", &[]), Some(0.0));
    let rows_before = rows(&scrape, &dbname);

    server.start();
    running.until_ready_is(200).await;
    running
        .until("20 more rows", |scrape| {
            rows(scrape, &dbname) >= rows_before + 20.0
        })
        .await;
    let target = running.stop().await;
    assert_invariants(&target, &dbname).await;
    let scrape = target.scrape().await;
    assert_eq!(scrape.value("writer_database_up", &[]), Some(1.0));
    assert_eq!(rows_in_server(&address).await, rows(&scrape, &dbname));
}

#[tokio::test]
async fn a_locked_table_is_not_ready_and_an_insert_that_was_given_up_adds_nothing_later() {
    let address = Postgres::shared().fresh_database().await;
    let dbname = address.rsplit('/').next().expect("a name").to_owned();
    let running = WriterAtWork::start(&settings(url(&address), 0.0)).await;
    running
        .until("a row", |scrape| rows(scrape, &dbname) >= 1.0)
        .await;

    let mut other = PgConnection::connect(&address).await.expect("a server");
    let mut lock = other.begin().await.expect("a transaction");
    let exclusive = sqlx::query("LOCK TABLE devtable").execute(&mut *lock);
    exclusive.await.expect("a lock");
    // No probe before: one that hangs would keep the insert from being sent.
    running
        .until("a real error", |scrape| by_cause(scrape, "real") >= 1.0)
        .await;
    let stuck = running.until_ready_is(503).await;
    assert!(stuck.contains("database_timeout"), "{stuck}");
    lock.rollback().await.expect("unlocked");

    running.until_ready_is(200).await;
    let target = running.stop().await;
    assert_invariants(&target, &dbname).await;
    let counted = rows(&target.scrape().await, &dbname);
    assert_eq!(rows_in_server(&address).await, counted);
}

#[tokio::test]
async fn a_table_that_is_there_is_kept_and_needs_no_right_to_make_one() {
    let address = Postgres::shared().fresh_database().await;
    let mut admin = PgConnection::connect(&address).await.expect("a server");
    let prepare = "CREATE TABLE devtable (id SERIAL PRIMARY KEY, \
        created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, data TEXT DEFAULT ''); \
        INSERT INTO devtable (data) VALUES ('1 data'); \
        DROP ROLE IF EXISTS plain; CREATE ROLE plain LOGIN; \
        REVOKE CREATE ON SCHEMA public FROM PUBLIC; \
        GRANT SELECT, INSERT ON devtable TO plain; GRANT USAGE ON devtable_id_seq TO plain;";
    let prepared = sqlx::raw_sql(prepare).execute(&mut admin).await;
    prepared.expect("a table and a role");
    let plain = address.replace("postgres@", "plain@");
    let running = WriterAtWork::start(&settings(url(&plain), 0.0)).await;
    let dbname = address.rsplit('/').next().expect("a name").to_owned();
    running
        .until("5 rows", |scrape| rows(scrape, &dbname) >= 5.0)
        .await;
    let target = running.stop().await;
    let counted = rows(&target.scrape().await, &dbname);
    assert_eq!(rows_in_server(&address).await, counted + 1.0);
}

#[tokio::test]
async fn every_series_is_0_and_every_probe_answers_before_the_work_begins() {
    let settings = settings(WriterDatabase::SqliteInMemory, 0.1);
    let (target, task) = opened(&settings, Defects::default()).await;
    let scrape = target.scrape().await;
    assert_eq!(
        (rows(&scrape, "memory"), errors(&scrape, "memory")),
        (0.0, 0.0)
    );
    assert_eq!(
        (by_cause(&scrape, "simulated"), by_cause(&scrape, "real")),
        (0.0, 0.0)
    );
    assert_eq!(
        scrape.value("writer_connect_attempts_total", &[]),
        Some(0.0)
    );
    assert_eq!(scrape.value("writer_database_up", &[]), Some(0.0));
    assert_eq!(target.get("/livez").await.status, 200);
    assert_eq!(target.get("/readyz").await.status, 503);
    let attempts = target
        .scrape()
        .await
        .value("writer_connect_attempts_total", &[]);
    assert_eq!(attempts, Some(0.0), "probes do not try");
    for path in ["/", "/health", "/v1/kv"] {
        target.get(path).await.assert_detail(404, "Not Found");
    }
    drop(task);
}

#[tokio::test]
async fn the_defect_that_ignores_settings_simulates_errors_at_the_default_rate() {
    let settings = settings(WriterDatabase::SqliteInMemory, 0.0);
    let (target, task) = opened(&settings, [Defect::IgnoreEnv].into_iter().collect()).await;
    let task = tokio::spawn(task);
    let running = WriterAtWork { target, task };
    running
        .until("an error", |scrape| by_cause(scrape, "simulated") > 0.0)
        .await;
    let target = running.stop().await;
    assert_invariants(&target, "memory").await;
}

#[tokio::test]
async fn the_defect_of_lazy_metrics_hides_the_counters_until_their_first_event() {
    let settings = settings(WriterDatabase::SqliteInMemory, 0.1);
    let (target, task) = opened(&settings, [Defect::LazyMetrics].into_iter().collect()).await;
    let scrape = target.scrape().await;
    for name in [
        "postgres_rows_written_total",
        "postgres_write_errors_total",
        "writer_errors_total",
    ] {
        assert_eq!(scrape.count(name), 0, "{name}");
    }
    drop(task);
}
