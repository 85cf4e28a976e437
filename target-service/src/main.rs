//! Reads the settings, picks the adapters and runs the service until a signal.

#![forbid(unsafe_code)]

use std::{process::ExitCode, sync::Arc, time::Duration};

use anyhow::Context as _;
use clap::Parser as _;
use serde_json::json;
use target_service::{
    AppState, app,
    config::{Args, Config, Database},
    domain::Store,
    drain::Drain,
    faults::{self, Faults},
    routes,
    server::{Ended, Server},
    store::{MemoryStore, SqliteStore},
    telemetry::{BuildLabels, Identity, Level, LogSink, Logger, Metrics, Telemetry},
};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};

const FAILED: u8 = 1;
const BAD_CONFIGURATION: u8 = 2;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const REQUEST_LIMIT: Duration = Duration::from_secs(10);
/// A second of lines at ten thousand requests a second, some 3 MB.
const LOG_QUEUE_LINES: usize = 10_000;

fn main() -> ExitCode {
    let config = match Config::try_from(&Args::parse()) {
        Ok(config) => config,
        Err(mistakes) => {
            eprintln!("error: {mistakes}");
            return ExitCode::from(BAD_CONFIGURATION);
        }
    };
    match run(&config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(FAILED)
        }
    }
}

#[tokio::main]
async fn run(config: &Config) -> anyhow::Result<()> {
    // First, so that a signal during the start is not lost.
    let stop = stop_signal()?;
    let telemetry = telemetry(config)?;
    let store = open_store(&config.database).await?;
    let drain = Drain::default();
    let state = AppState {
        store: Arc::clone(&store),
        telemetry: telemetry.clone(),
        drain: drain.clone(),
        request_limit: REQUEST_LIMIT,
    };
    let server = Server {
        service: (bind(config.listen).await?, app(state)),
        faults: match config.fault_listen {
            Some(address) => Some((
                bind(address).await?,
                faults::router(telemetry.faults.clone()),
            )),
            None => None,
        },
        drain,
        drain_limit: config.drain,
        metrics: Arc::clone(&telemetry.metrics),
    };
    log_listening(config, &server, &telemetry.logger)?;
    let ended = server.run(stop).await.context("cannot serve")?;
    let closed = store.close().await;
    log_stopped(ended, &telemetry.logger);
    telemetry.logger.flush();
    closed.context("cannot close the store")
}

fn telemetry(config: &Config) -> anyhow::Result<Telemetry> {
    let catalogue = routes::KV;
    let profile = config.profile;
    let metrics = Metrics::new(
        catalogue,
        BuildLabels {
            version: VERSION,
            profile,
        },
    );
    let dropped = metrics.log_lines_dropped();
    let sink = LogSink::start(std::io::stdout(), LOG_QUEUE_LINES, dropped)
        .context("cannot start the log writer")?;
    let identity = Identity {
        service: "kv",
        version: VERSION,
        profile,
    };
    Ok(Telemetry {
        catalogue,
        metrics: Arc::new(metrics),
        logger: Logger::new(identity, config.log_level, sink),
        faults: Faults::none(catalogue, config.seed),
    })
}

async fn open_store(database: &Database) -> anyhow::Result<Arc<dyn Store>> {
    Ok(match database {
        Database::Memory => Arc::new(MemoryStore::default()),
        Database::SqliteInMemory => Arc::new(SqliteStore::in_memory().await?),
        Database::SqliteFile(path) => Arc::new(SqliteStore::open(path).await?),
    })
}

async fn bind(address: std::net::SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).await;
    listener.with_context(|| format!("cannot listen on {address}"))
}

fn log_listening(config: &Config, server: &Server, logger: &Logger) -> anyhow::Result<()> {
    let fault_addr = server
        .faults
        .as_ref()
        .map(|(listener, _)| listener.local_addr());
    let mut fields = json!({
        "addr": server.service.0.local_addr()?,
        "seed": config.seed,
        "database": match config.database {
            Database::Memory => "memory",
            Database::SqliteInMemory => "sqlite in memory",
            Database::SqliteFile(_) => "sqlite file",
        },
    });
    if let Some(address) = fault_addr.transpose()? {
        fields["fault_addr"] = json!(address);
    }
    logger.log(Level::Info, "listening", fields);
    Ok(())
}

fn log_stopped(ended: Ended, logger: &Logger) {
    match ended {
        Ended::Drained => logger.log(Level::Info, "stopped", json!({"drained": true})),
        Ended::CutOff => logger.log(Level::Warn, "stopped", json!({"drained": false})),
    }
}

fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let listen =
        |kind| -> anyhow::Result<Signal> { signal(kind).context("cannot listen for signals") };
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
