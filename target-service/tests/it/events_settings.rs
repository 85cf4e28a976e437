//! Settings of the `events` profile, through the program.

use std::process::Command;

use sqlx::{Connection as _, PgConnection};

use super::support::{Postgres, Program, raw_http};

#[test]
fn mistakes_in_its_settings_are_told_together() {
    for (pool, threshold) in [("0", "0"), ("1001", "-1"), ("many", "1e3")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_target-service"));
        command
            .env_clear()
            .args(["--profile", "events", "--database", "mysql://u:hunter2@h/d"])
            .env("DATABASE_POOL", pool)
            .env("CATCH_ALL_THRESHOLD", threshold);
        let output = command.output().expect("a program");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{said}");
        for variable in ["DATABASE_LOCATION", "DATABASE_POOL", "CATCH_ALL_THRESHOLD"] {
            assert!(said.contains(variable), "{variable}: {said}");
        }
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn the_threshold_is_the_one_that_is_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["--profile", "events", "--catch-all-threshold", "2"];
    let program = Program::start_in(folder.path(), &arguments.map(str::to_owned));
    let address = program.with_real_addresses("127.0.0.1:7000");
    let address = address.parse().expect("an address");
    for verdict in ["unknown", "unknown", "catch-all"] {
        let read = raw_http(address, "GET", "/domains/a.com", "").expect("an answer");
        assert_eq!(read, (200, format!("\"{verdict}\"")));
        let put = raw_http(address, "PUT", "/events/a.com/delivered", "").expect("an answer");
        assert_eq!(put.0, 204);
    }
}

#[tokio::test]
async fn the_database_sees_as_many_connections_as_the_pool_may_have() {
    let folder = tempfile::tempdir().expect("a folder");
    let cluster = Postgres::shared();
    for pool in ["1", "3"] {
        let url = cluster.fresh_database().await;
        let arguments = [
            "--profile",
            "events",
            "--database",
            &url,
            "--database-pool",
            pool,
        ];
        let program = Program::start_in(folder.path(), &arguments.map(str::to_owned));
        let service = program.with_real_addresses("http://127.0.0.1:7000");
        let generator = Command::new(env!("CARGO_BIN_EXE_target-service"))
            .env_clear()
            .args(["generate-events", "--events", "300", "--concurrency", "20"])
            .args(["--url", &service])
            .output()
            .expect("a program");
        assert!(generator.status.success(), "{generator:?}");
        let mut other = PgConnection::connect(&url).await.expect("a connection");
        let connections: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid() \
             AND backend_type = 'client backend'",
        )
        .fetch_one(&mut other)
        .await
        .expect("a count");
        assert_eq!(connections.to_string(), pool);
    }
}
