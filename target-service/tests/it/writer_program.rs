//! Profile `writer` as a program: the way it waits, gives up and reads its settings.

use std::net::{SocketAddr, TcpListener, TcpStream};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, query_scalar};

use super::support::{Postgres, Process, output, program, raw_http};

/// A port of loopback that nobody listens on.
fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Waits for a database that will not come, `attempts` times.
fn waiting(listen: &str, attempts: &str, environment: &[(&str, &str)]) -> Process {
    let never = [
        ("DB_HOST", "127.0.0.1"),
        // A reserved port that no service of today uses.
        ("DB_PORT", "1"),
        ("DB_USER", "somebody"),
        ("DB_NAME", ""),
        ("CONNECT_ATTEMPTS", attempts),
        ("CONNECT_INTERVAL_MS", "20"),
    ];
    let mut command = program();
    command.args(["--profile", "writer", "--listen", listen]);
    Process::start(command.envs(never).envs(environment.iter().copied()))
}

#[test]
fn it_gives_up_with_1_and_names_everything_but_the_password() {
    let program = waiting("127.0.0.1:0", "3", &[("DB_PASSWORD", "hunter2")]);
    let (code, log, said) = program.ended();
    assert_eq!(code, Some(1));
    for part in [
        "3 attempts",
        "host 127.0.0.1",
        "port ",
        "dbname devdb",
        "user somebody",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(log.contains("Database is not yet ready, retrying (2/3)"));
    assert!(!log.contains("default database password"));
    assert!(!log.contains("hunter2") && !said.contains("hunter2"));
}

#[test]
fn metrics_and_liveness_are_there_while_it_waits_and_a_signal_ends_the_wait() {
    let mut program = waiting("127.0.0.1:0", "100000", &[]);
    let warned = program.line("default database password");
    assert_eq!(warned["level"], "warn");
    let address = program.address();
    let port = address.port();
    program.line(&format!("Metrics server is ready on port :{port}."));
    program.line("Waiting for database...");
    program.line("Database is not yet ready, retrying (1/100000)");
    let get = |path| raw_http(address, "GET", path, "").expect("an answer");
    assert_eq!(get("/livez").0, 200);
    let (status, metrics) = get("/metrics");
    assert_eq!(status, 200);
    assert!(metrics.contains("postgres_rows_written_total{dbname=\"devdb\"} 0\n"));
    assert!(metrics.contains("postgres_write_errors_total{dbname=\"devdb\"} 0\n"));
    let (status, ready) = get("/readyz");
    assert_eq!(status, 503);
    assert!(ready.contains("waiting_for_database"), "{ready}");
    assert_eq!(get("/").0, 404);
    program.terminate();
    assert_eq!(program.ended().0, Some(0));
}

#[test]
fn with_the_defect_of_late_metrics_nothing_listens_while_it_waits() {
    let address = SocketAddr::from(([127, 0, 0, 1], closed_port()));
    let defect = [("DEFECTS", "late-metrics")];
    let mut program = waiting(&address.to_string(), "100000", &defect);
    program.line("Database is not yet ready, retrying (1/100000)");
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn with_the_defect_of_late_metrics_everything_comes_with_the_database() {
    let mut program = Process::start(program().args(["--profile", "writer"]).envs([
        ("DEFECTS", "late-metrics"),
        ("DATABASE_TYPE", "sqlite"),
        ("ERROR_RATE", "0"),
    ]));
    program.line("Database is ready!");
    let address = program.address();
    program.line("New row added.");
    let (status, _) = raw_http(address, "GET", "/readyz", "").expect("an answer");
    assert_eq!(status, 200);
    program.terminate();
    assert_eq!(program.ended().0, Some(0));
}

#[test]
fn a_password_may_come_from_a_file_and_is_nowhere_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("password");
    std::fs::write(&file, "hunter2\n").expect("a file");
    let path = file.to_str().expect("UTF-8");
    let program = waiting("127.0.0.1:0", "1", &[("DB_PASSWORD_FILE", path)]);
    let (code, log, said) = program.ended();
    assert_eq!(code, Some(1));
    assert!(!log.contains("default database password"), "{log}");
    assert!(!log.contains("hunter2") && !said.contains("hunter2"));
}

/// A cluster of one's own where the role `guarded` must give the password `hunter2`, and its port.
async fn guarded() -> (Postgres, String) {
    let cluster = Postgres::new();
    let mut admin = PgConnection::connect(&cluster.url("postgres")).await;
    let admin = admin.as_mut().expect("a server");
    let rules: String = query_scalar("SHOW hba_file")
        .fetch_one(&mut *admin)
        .await
        .expect("a path");
    for statement in [
        "CREATE ROLE guarded LOGIN PASSWORD 'hunter2'".to_owned(),
        "CREATE DATABASE guarded OWNER guarded".to_owned(),
        format!("COPY (SELECT 'host all guarded 127.0.0.1/32 scram-sha-256') TO '{rules}'"),
        "SELECT pg_reload_conf()".to_owned(),
    ] {
        let done = sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut *admin)
            .await;
        done.expect("superuser");
    }
    let port = cluster
        .url("")
        .rsplit([':', '/'])
        .nth(1)
        .expect("a port")
        .to_owned();
    (cluster, port)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_takes_the_right_password_and_a_wrong_one_is_told_as_such() {
    let (_cluster, port) = guarded().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("password");
    std::fs::write(&file, "hunter2\n").expect("a file");
    let writer = |password| {
        Process::start(program().args(["--profile", "writer"]).envs([
            ("DB_HOST", "127.0.0.1"),
            ("DB_PORT", &port),
            ("DB_USER", "guarded"),
            ("DB_NAME", "guarded"),
            password,
            ("CONNECT_ATTEMPTS", "2"),
            ("CONNECT_INTERVAL_MS", "10"),
            ("ERROR_RATE", "0"),
        ]))
    };
    for right in [
        ("DB_PASSWORD", "hunter2"),
        ("DB_PASSWORD_FILE", file.to_str().expect("UTF-8")),
    ] {
        let mut program = writer(right);
        program.line("New row added.");
        program.terminate();
        assert_eq!(program.ended().0, Some(0));
    }
    let (code, log, said) = writer(("DB_PASSWORD", "hunter3")).ended();
    assert_eq!(code, Some(1));
    assert!(said.contains("password authentication failed"), "{said}");
    assert!(!log.contains("hunter3") && !said.contains("hunter3"));
}

#[test]
fn every_mistake_in_the_settings_is_told() {
    let told = |environment: &[(&str, &str)]| {
        let mut command = program();
        command.args(["--profile", "writer"]);
        let (code, log, said) = output(command.envs(environment.iter().copied()));
        assert_eq!((code, log.as_str()), (2, ""), "{said}");
        said
    };
    let said = told(&[
        ("DB_PORT", "0"),
        ("DB_PASSWORD", "hunter2"),
        ("DB_PASSWORD_FILE", "/nowhere"),
        ("WRITE_INTERVAL_MS", "0"),
        ("CONNECT_ATTEMPTS", "many"),
        ("CONNECT_INTERVAL_MS", "-1"),
        ("ERROR_RATE", "1.5"),
    ]);
    for variable in [
        "DB_PORT",
        "DB_PASSWORD_FILE",
        "WRITE_INTERVAL_MS",
        "CONNECT_ATTEMPTS",
        "CONNECT_INTERVAL_MS",
        "ERROR_RATE",
    ] {
        assert!(said.contains(variable), "{variable}: {said}");
    }
    assert!(!said.contains("hunter2"));
    assert!(told(&[("DB_PASSWORD_FILE", "/nowhere")]).contains("/nowhere"));
    assert!(told(&[("DATABASE_TYPE", "memory")]).contains("postgres, sqlite"));
    let unsupported = told(&[("DATABASE_TYPE", "mysql")]);
    assert!(
        unsupported.contains("Unsupported database type"),
        "{unsupported}"
    );
}
