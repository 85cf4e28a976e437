//! The metrics of the service, every label set known at start at 0 from the start.

use std::sync::Arc;

use prometheus_client::{
    encoding::{
        EncodeLabelSet,
        prometheus_protobuf::{self, prometheus_data_model::MetricFamily},
    },
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use super::{
    Dialect,
    dumbkv_http::DumbKvHttp,
    exchange::Exchange,
    families,
    lies::{Liar, Now},
    native_http::NativeHttp,
    process::ProcessCollector,
};
use crate::{
    endpoint::{Catalogue, Subject},
    faults::{Faults, MetricLies},
};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FaultLabels {
    fault: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InfoLabels {
    version: &'static str,
    profile: &'static str,
    compat: &'static str,
}

/// What `target_build_info` says, beside the dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BuildLabels {
    /// Version of the program.
    pub version: &'static str,
    /// Profile that it runs.
    pub profile: &'static str,
}

/// Handles to all metrics and the registry that writes them out.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    dialect: Dialect,
    http: Http,
    aborted: Family<RouteLabels, Counter>,
    in_flight: Gauge,
    fault_active: Family<FaultLabels, Gauge>,
    /// Idle as long as no lie is in force.
    liar: Liar,
}

#[derive(Debug)]
enum Http {
    Native(NativeHttp),
    DumbKv(DumbKvHttp),
}

impl Metrics {
    /// Registers everything and makes every label set of `catalogue`. `log_lines_dropped` is the log sink's.
    pub fn new(
        catalogue: Catalogue,
        build: BuildLabels,
        log_lines_dropped: Counter,
        dialect: Dialect,
    ) -> Self {
        let mut registry = Registry::default();
        let http = match dialect {
            Dialect::Native => Http::Native(NativeHttp::new(catalogue, &mut registry)),
            Dialect::DumbKv => Http::DumbKv(DumbKvHttp::new(catalogue, &mut registry)),
        };
        let metrics = Self {
            registry,
            dialect,
            http,
            aborted: Family::default(),
            in_flight: Gauge::default(),
            fault_active: Family::default(),
            liar: Liar::default(),
        };
        for route in catalogue.routes() {
            drop(metrics.aborted.get_or_create(&RouteLabels { route }));
        }
        metrics.registered(build, log_lines_dropped)
    }

    /// Takes a profile's own metrics.
    pub fn registry(&mut self) -> &mut Registry {
        &mut self.registry
    }

    /// Makes the series of one more `status` for every endpoint that has users.
    pub fn expect(&mut self, catalogue: Catalogue, status: u16) {
        for endpoint in catalogue.0.iter().filter(|endpoint| !endpoint.probe) {
            match &mut self.http {
                Http::Native(http) => http.expect(endpoint.subject(), status),
                Http::DumbKv(http) => http.expect(endpoint.subject(), status),
            }
        }
    }

    /// Requests that are being answered now.
    pub fn in_flight(&self) -> &Gauge {
        &self.in_flight
    }

    pub(super) fn record(&self, exchange: &Exchange) {
        match &self.http {
            Http::Native(http) => http.record(exchange),
            Http::DumbKv(http) => http.record(exchange),
        }
    }

    pub(super) fn abort(&self, subject: Subject) {
        let labels = RouteLabels {
            route: subject.route,
        };
        self.aborted.get_or_create(&labels).inc();
    }

    /// All metrics. `faults` is read at each scrape, so that it is never stale.
    pub(super) fn families(&self, faults: &Faults) -> Result<Vec<MetricFamily>, std::fmt::Error> {
        for (fault, active) in faults.active() {
            let gauge = self.fault_active.get_or_create(&FaultLabels { fault });
            gauge.set(i64::from(active));
        }
        let mut families = self.truth()?;
        let lies = faults.metric_lies();
        self.with_now(|now| self.liar.rewrite(&lies, &mut families, now));
        families::sort(&mut families);
        Ok(families)
    }

    /// In the place of [`Metrics::record`], when there are lies. `target` is the path with the query string,
    /// when it was kept.
    pub(super) fn misrecord(
        &self,
        lies: &[Arc<MetricLies>],
        exchange: &Exchange,
        target: Option<&str>,
    ) {
        let dialect = self.dialect;
        let told = self.with_now(|now| self.liar.tell(lies, exchange, target, dialect, now));
        let (exchange, subject) = (&told.exchange, told.exchange.subject);
        let odd = told.odd.as_ref();
        match odd {
            // An increment by nothing would still make a series.
            _ if told.increments == 0 => {}
            Some(odd) => odd.count(subject, dialect, told.increments),
            None => match &self.http {
                Http::Native(http) => http.count(exchange, told.increments),
                Http::DumbKv(http) => http.count(exchange, told.increments),
            },
        }
        let observed = odd.is_some_and(|odd| odd.observe(subject, dialect, told.latency));
        match &self.http {
            Http::Native(http) if !observed => http.observe(exchange, told.latency),
            Http::Native(_) => {}
            Http::DumbKv(http) => {
                if !observed {
                    http.observe(exchange, told.latency);
                }
                http.observe_total(exchange, told.latency);
            }
        }
    }

    fn truth(&self) -> Result<Vec<MetricFamily>, std::fmt::Error> {
        let mut families = prometheus_protobuf::encode(&self.registry)?;
        match &self.http {
            Http::Native(http) => http.complete(&mut families),
            Http::DumbKv(http) => http.complete(&mut families),
        }
        Ok(families)
    }

    fn with_now<T>(&self, then: impl FnOnce(&Now<'_>) -> T) -> T {
        then(&Now {
            truth: &|| self.truth().unwrap_or_default(),
            in_flight: self.in_flight.get(),
        })
    }

    /// Names go without `_total`: the encoder adds it to counters.
    fn registered(mut self, build: BuildLabels, log_lines_dropped: Counter) -> Self {
        let registry = &mut self.registry;
        registry.register(
            "http_requests_aborted",
            "Requests whose client went away before the answer",
            self.aborted.clone(),
        );
        registry.register(
            "http_requests_in_flight",
            "Requests being answered",
            self.in_flight.clone(),
        );
        registry.register(
            "target_fault_active",
            "1 while a fault of this kind can strike",
            self.fault_active.clone(),
        );
        registry.register(
            "log_lines_dropped",
            "Log lines lost because the queue was full or the writer failed",
            log_lines_dropped,
        );
        let info = Family::<InfoLabels, Gauge>::default();
        let labels = InfoLabels {
            version: build.version,
            profile: build.profile,
            compat: self.dialect.as_str(),
        };
        info.get_or_create(&labels).set(1);
        registry.register(
            "target_build_info",
            "Version, profile and dialect of this process",
            info,
        );
        registry.register_collector(Box::new(ProcessCollector::started_now()));
        self
    }
}
