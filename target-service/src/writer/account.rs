//! The writer's books: counters and log lines.

use std::sync::atomic::{AtomicBool, Ordering};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use serde_json::{Map, json};

use super::domain::{Event, Journal};
use crate::telemetry::{Level, Logger};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DatabaseLabels {
    dbname: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CauseLabels {
    cause: &'static str,
}

const SIMULATED: CauseLabels = CauseLabels { cause: "simulated" };
const REAL: CauseLabels = CauseLabels { cause: "real" };

/// Counts and logs what happens; knows whether the database was ever there.
pub(super) struct Account {
    logger: Logger,
    database: DatabaseLabels,
    rows: Family<DatabaseLabels, Counter>,
    errors: Family<DatabaseLabels, Counter>,
    causes: Family<CauseLabels, Counter>,
    connect_attempts: Counter,
    up: Gauge,
    ready: AtomicBool,
}

impl Account {
    pub(super) fn new(dbname: &str, logger: Logger) -> Self {
        Self {
            logger,
            database: DatabaseLabels {
                dbname: dbname.to_owned(),
            },
            rows: Family::default(),
            errors: Family::default(),
            causes: Family::default(),
            connect_attempts: Counter::default(),
            up: Gauge::default(),
            ready: AtomicBool::new(false),
        }
    }

    /// Every series at 0. A counter that comes with its first event loses that event.
    pub(super) fn make_known_series(&self) {
        drop(self.rows.get_or_create(&self.database));
        drop(self.errors.get_or_create(&self.database));
        drop(self.causes.get_or_create(&SIMULATED));
        drop(self.causes.get_or_create(&REAL));
    }

    /// Names go without `_total`: the encoder adds it to counters.
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "postgres_rows_written",
            "Rows that the database has acknowledged",
            self.rows.clone(),
        );
        registry.register(
            "postgres_write_errors",
            "Ticks without a row, whatever the cause",
            self.errors.clone(),
        );
        registry.register(
            "writer_errors",
            "Ticks without a row, by cause",
            self.causes.clone(),
        );
        registry.register(
            "writer_connect_attempts",
            "Tries to open a connection to the database",
            self.connect_attempts.clone(),
        );
        registry.register(
            "writer_database_up",
            "1 when the last round trip to the database worked",
            self.up.clone(),
        );
    }

    pub(super) fn connect_attempts(&self) -> Counter {
        self.connect_attempts.clone()
    }

    /// Whether the database was there once.
    pub(super) fn was_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    pub(super) fn saw_database(&self, up: bool) {
        self.up.set(i64::from(up));
    }

    fn count_error(&self, cause: &CauseLabels) {
        self.errors.get_or_create(&self.database).inc();
        self.causes.get_or_create(cause).inc();
    }

    fn log(&self, level: Level, message: &str) {
        self.logger.log(level, message, Map::new());
    }
}

impl Journal for Account {
    fn tell(&self, event: Event<'_>) {
        match event {
            Event::Waiting => self.log(Level::Info, "Waiting for database..."),
            Event::NotYetReady { n, of, error } => {
                let message = format!("Database is not yet ready, retrying ({n}/{of})");
                let cause = json!({"cause": error.to_string()});
                self.logger.log(Level::Warn, &message, cause);
            }
            Event::Ready => {
                self.saw_database(true);
                self.ready.store(true, Ordering::Release);
                self.log(Level::Info, "Database connection established!");
                self.log(Level::Info, "Database is ready!");
            }
            Event::Adding => self.log(Level::Info, "Adding row"),
            Event::Added => {
                self.saw_database(true);
                self.rows.get_or_create(&self.database).inc();
                self.log(Level::Info, "New row added.");
            }
            Event::Failed(error) => {
                self.saw_database(false);
                self.count_error(&REAL);
                let message = format!("Failed to add new row: {error}");
                let fields = json!({"error": "database_error"});
                self.logger.log(Level::Error, &message, fields);
            }
            Event::Simulated(text) => {
                self.count_error(&SIMULATED);
                let message = format!("Simulating database error: {text}");
                let fields = json!({"error": "simulated_failure", "note": "simulated failure"});
                self.logger.log(Level::Error, &message, fields);
            }
        }
    }
}
