//! Connections to a `PostgreSQL` server that may go away and come back.

use std::time::Duration;

use sqlx::{
    ConnectOptions as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
    raw_sql,
};

/// How long a call waits for a connection. The pool tries to connect again meanwhile, so a short restart of
/// the server delays requests and fails none; a longer one is told long before the request's own limit.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// How long the server works on one statement. Together with [`ACQUIRE_TIMEOUT`] half of a request's time.
const STATEMENT_TIMEOUT: &str = "3s";

/// At most `connections` connections, made when they are needed: a service tells its state before the
/// database is there.
///
/// Each new connection runs `bootstrap` first, so a server that comes back empty is no end. Each connection
/// is tested before it is used, which costs one round trip and finds those that a restart has cut.
pub fn postgres_pool(
    server: PgConnectOptions,
    connections: u32,
    bootstrap: Option<&'static str>,
) -> PgPool {
    let server = server
        .options([("statement_timeout", STATEMENT_TIMEOUT)])
        .disable_statement_logging();
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(true)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                if let Some(bootstrap) = bootstrap {
                    // No error yet: the table may be there, and the right to make one not. If it is
                    // missing, the statement that needs it says so.
                    let _ = raw_sql(bootstrap).execute(connection).await;
                }
                Ok(())
            })
        })
        .connect_lazy_with(server)
}
