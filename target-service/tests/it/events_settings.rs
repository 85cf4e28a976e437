//! Settings of the `events` profile, through the program.

use sqlx::{Connection as _, PgConnection};

use super::support::{Postgres, Program, output, program, raw_http};

#[test]
fn mistakes_in_its_settings_are_told_together() {
    for (pool, threshold) in [("0", "0"), ("1001", "-1"), ("many", "1e3")] {
        let mut command = program();
        command
            .args(["--profile", "events", "--database", "mysql://u:hunter2@h/d"])
            .env("DATABASE_POOL", pool)
            .env("CATCH_ALL_THRESHOLD", threshold);
        let (code, _, said) = output(&mut command);
        assert_eq!(code, 2, "{said}");
        for variable in ["DATABASE_LOCATION", "DATABASE_POOL", "CATCH_ALL_THRESHOLD"] {
            assert!(said.contains(variable), "{variable}: {said}");
        }
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn the_threshold_is_the_one_that_is_set() {
    let program = Program::start(&["--profile", "events", "--catch-all-threshold", "2"]);
    let address = program.address;
    for verdict in ["unknown", "unknown", "catch-all"] {
        let read = raw_http(address, "GET", "/domains/a.com", "").expect("an answer");
        assert_eq!(read, (200, format!("\"{verdict}\"")));
        let put = raw_http(address, "PUT", "/events/a.com/delivered", "").expect("an answer");
        assert_eq!(put.0, 204);
    }
}

#[tokio::test]
async fn the_database_sees_as_many_connections_as_the_pool_may_have() {
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
        let service = Program::start(&arguments);
        let url_of_service = format!("http://{}", service.address);
        let mut generator = program();
        generator
            .args(["generate-events", "--events", "300", "--concurrency", "20"])
            .args(["--url", &url_of_service]);
        let (code, _, said) = output(&mut generator);
        assert_eq!(code, 0, "{said}");
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
