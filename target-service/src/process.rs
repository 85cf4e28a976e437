//! All profiles of one process: opened, bound, served, closed.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use prometheus_client::metrics::counter::Counter;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use crate::{
    config::{AdminToken, Config, Defect, Defects, ProfileConfig, Settings},
    drain::Drain,
    endpoint::Catalogue,
    events,
    faults::{self, FaultSetError, Faults},
    kv,
    profile::{OpenError, ProfileName, TaskError},
    schedule,
    server::{Connections, Ended, Limits, Listening, ServeError, Server},
    service::{Common, Service},
    sidecar,
    telemetry::{
        BuildLabels, Identity, Level, LogSink, LogStyle, Logger, Metrics, SpanExporter, Tracer,
    },
    writer,
};

const REQUEST_LIMIT: Duration = Duration::from_secs(10);

/// Of each port that is not for users.
const ADMIN_CONNECTIONS: usize = 100;

/// A process that is ready to serve.
pub struct Process {
    services: Vec<Bound>,
    fault_api: Option<TcpListener>,
    admin_token: Option<AdminToken>,
    drain: Drain,
    drain_limit: Duration,
    defects: Defects,
    seed: u64,
}

/// One profile with its ports.
struct Bound {
    name: ProfileName,
    /// Fields of the first log line that only the profile knows.
    told: Map<String, Value>,
    service: Service,
    listener: TcpListener,
    admin: Option<(TcpListener, Router)>,
}

/// Where the lines of all profiles go.
#[derive(Debug, Clone)]
pub struct Log {
    /// The shared queue.
    pub sink: LogSink,
    /// Counts what the queue loses; shown by every profile.
    pub dropped: Counter,
}

/// Why a process could not start, serve or end well.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// A profile could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A port is not to be had.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The faults are not for this profile.
    #[error("cannot set the faults")]
    Faults(#[source] FaultSetError),
    /// Serving ended early.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// Something could not be closed.
    #[error("cannot close the store")]
    Close(#[source] TaskError),
}

impl Log {
    /// The logger of the process itself, for what libraries have to say.
    pub fn process_logger(&self, config: &Config, version: &'static str) -> Logger {
        let names = config
            .profiles
            .iter()
            .map(|profile| profile.settings.profile().as_str());
        let identity = Identity {
            service: "target-service".to_owned(),
            environment: config.telemetry.environment.clone(),
            version,
            profile: names.collect::<Vec<_>>().join(","),
        };
        let style = LogStyle {
            format: config.telemetry.log_format,
            least: config.telemetry.log_level,
            queries: false,
        };
        // It writes no request lines, and only those can lie.
        let honest = Faults::none(Catalogue(&[]), config.seed);
        Logger::new(identity, style, self.sink.clone(), honest)
    }
}

impl Process {
    /// Opens every profile, then binds every port.
    pub async fn open(
        config: &Config,
        version: &'static str,
        log: &Log,
    ) -> Result<Self, ProcessError> {
        let drain = Drain::default();
        let mut services = Vec::new();
        for profile in &config.profiles {
            let service = open(profile, config, version, log, &drain).await?;
            services.push(Bound::new(profile, service).await?);
        }
        // After everything that can fail, so that their courses begin with the service.
        if let (Some(first), Some(spec)) = (services.first(), &config.faults) {
            let faults = &first.service.telemetry.faults;
            faults.set(spec.clone()).map_err(ProcessError::Faults)?;
        }
        let fault_api = match config.fault_listen {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        Ok(Self {
            services,
            fault_api,
            admin_token: config.admin_token.clone(),
            drain,
            drain_limit: config.drain,
            defects: config.defects.clone(),
            seed: config.seed,
        })
    }

    /// Tells every bound address in one line per profile.
    pub fn log_listening(&self) {
        let address = |listener: &TcpListener| listener.local_addr().ok();
        for bound in &self.services {
            let mut fields = bound.told.clone();
            let mut tell = |name: &str, value: Value| fields.insert(name.to_owned(), value);
            tell("addr", json!(address(&bound.listener)));
            if let Some((listener, _)) = &bound.admin {
                tell("admin_addr", json!(address(listener)));
            }
            if let Some(listener) = &self.fault_api {
                tell("fault_addr", json!(address(listener)));
            }
            tell("seed", json!(self.seed));
            bound.logger().log(Level::Info, "listening", fields);
            if let (ProfileName::Writer, Some(address)) = (bound.name, address(&bound.listener)) {
                // Dashboards and log rules in the field look for this very line.
                let ready = format!("Metrics server is ready on port :{}.", address.port());
                bound.logger().log(Level::Info, &ready, Map::new());
            }
            let defects: Vec<&str> = self.defects.iter().map(Defect::as_str).collect();
            if !defects.is_empty() {
                let fields = json!({"defects": defects});
                bound
                    .logger()
                    .log(Level::Warn, "defective on purpose", fields);
            }
        }
    }

    /// Serves until `stop`, drains, closes, and writes the last log lines.
    pub async fn run(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<Ended, ProcessError> {
        let mut server = Server {
            ports: Vec::new(),
            limits: Limits::default(),
            tasks: Vec::new(),
            drain: self.drain,
            drain_limit: self.drain_limit,
            metrics: Vec::new(),
        };
        let faults = self
            .services
            .iter()
            .map(|bound| (bound.name, bound.service.telemetry.faults.clone()));
        let fault_routes = faults::router(faults.collect(), self.admin_token.as_ref());
        let admin = |(listener, routes)| Listening {
            listener,
            routes,
            connections: Connections::new(ADMIN_CONNECTIONS),
        };
        let fault_api = self.fault_api.map(|listener| (listener, fault_routes));
        server.ports.extend(fault_api.map(admin));
        let mut told = Vec::new();
        let mut dependencies = Vec::new();
        for bound in self.services {
            told.push((
                bound.logger().clone(),
                bound.service.telemetry.tracer.clone(),
            ));
            server
                .metrics
                .push(Arc::clone(&bound.service.telemetry.metrics));
            server.ports.push(Listening {
                listener: bound.listener,
                routes: bound.service.router,
                connections: bound.service.connections,
            });
            server.ports.extend(bound.admin.map(admin));
            server.tasks.extend(bound.service.task);
            dependencies.extend(bound.service.dependencies);
        }
        let ended = server.run(stop).await;
        let mut closed = Ok(());
        for dependency in dependencies {
            closed = closed.and(dependency.close().await.map_err(ProcessError::Close));
        }
        for (logger, tracer) in &told {
            tracer.flush().await;
            log_stopped(&ended, logger);
        }
        // All write to one sink.
        if let Some((logger, _)) = told.last() {
            logger.flush();
        }
        closed.and(ended.map_err(ProcessError::from))
    }
}

impl Bound {
    async fn new(profile: &ProfileConfig, mut service: Service) -> Result<Self, ProcessError> {
        let listener = bind(profile.listen).await?;
        let admin = match service.admin.take() {
            Some((address, router)) => Some((bind(address).await?, router)),
            None => None,
        };
        Ok(Self {
            name: profile.settings.profile(),
            told: profile.settings.told(),
            service,
            listener,
            admin,
        })
    }

    fn logger(&self) -> &Logger {
        &self.service.telemetry.logger
    }
}

async fn open(
    profile: &ProfileConfig,
    config: &Config,
    version: &'static str,
    log: &Log,
    drain: &Drain,
) -> Result<Service, ProcessError> {
    let name = profile.settings.profile();
    let catalogue = profile.settings.catalogue();
    let build = BuildLabels {
        version,
        profile: name.as_str(),
    };
    let identity = Identity {
        service: profile.settings.service().to_owned(),
        environment: config.telemetry.environment.clone(),
        version,
        profile: name.to_string(),
    };
    let style = LogStyle {
        format: config.telemetry.log_format,
        least: config.telemetry.log_level,
        queries: name.queries_are_harmless(),
    };
    let faults = Faults::none(catalogue, config.seed).with_defects(&config.defects);
    let sink = log.sink.clone();
    let logger = Logger::new(identity.clone(), style, sink, faults.clone());
    let collector = config.telemetry.collector.as_ref();
    let exporter = collector.map(|url| SpanExporter::start(url, identity, logger.clone()));
    let mut common = Common {
        metrics: Metrics::new(
            catalogue,
            build,
            log.dropped.clone(),
            profile.settings.dialect(),
        ),
        logger,
        tracer: exporter.map(Tracer::exporting).unwrap_or_default(),
        faults,
        drain: drain.clone(),
        defects: config.defects.clone(),
        seed: config.seed,
        catalogue,
        request_limit: REQUEST_LIMIT,
        rate: config.rate,
        max_connections: config.max_connections,
    };
    let mut workshop = common.workshop();
    let opened = match &profile.settings {
        Settings::Kv(settings) => kv::open(settings, &mut workshop).await?,
        Settings::Events(settings) => events::open(settings, &mut workshop).await?,
        Settings::Schedule(settings) => schedule::open(settings, &mut workshop).await?,
        Settings::Writer(settings) => writer::open(settings, &mut workshop).await?,
        Settings::Sidecar(settings) => sidecar::open(settings, &mut workshop).await?,
    };
    Ok(Service::new(common, opened))
}

async fn bind(address: SocketAddr) -> Result<TcpListener, ProcessError> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|source| ProcessError::Listen { address, source })
}

fn log_stopped(ended: &Result<Ended, ServeError>, logger: &Logger) {
    match ended {
        Ok(Ended::Drained) => logger.log(Level::Info, "stopped", json!({"drained": true})),
        Ok(Ended::CutOff) => logger.log(Level::Warn, "stopped", json!({"drained": false})),
        Err(error) => {
            let error = error.to_string();
            logger.log(
                Level::Error,
                "stopped",
                json!({"drained": false, "error": error}),
            );
        }
    }
}
