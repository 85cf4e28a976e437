//! One set of lies with its memory.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use prometheus_client::encoding::prometheus_protobuf::prometheus_data_model::MetricFamily;

use super::{
    Told,
    odd_series::{OddRequest, OddSeries, ToldRoute},
    rewrite,
};
use crate::{
    faults::{MetricLies, RecordedRoute, ToldStatus},
    telemetry::{Dialect, dialect::class, exchange::Exchange},
};

/// Longest raw path in a label.
const MAX_CHARS: usize = 200;

/// A set of lies in force.
#[derive(Debug)]
pub(super) struct Tale {
    pub(super) lies: Arc<MetricLies>,
    pub(super) memory: Arc<Memory>,
}

/// What a set of lies has done so far. Lives as long as the set.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Series that only this set has.
    pub(super) odd: Arc<OddSeries>,
    stuck_at: OnceLock<i64>,
    has_reset: AtomicBool,
}

impl Tale {
    pub(super) fn get_stuck(&self, in_flight: i64) {
        if let Some(given) = self.lies.stuck_gauge() {
            self.memory
                .stuck_at
                .get_or_init(|| given.unwrap_or(in_flight));
        }
    }

    /// `true` once.
    pub(super) fn resets_counters_now(&self) -> bool {
        self.lies.has_reset_counters() && !self.memory.has_reset.swap(true, Relaxed)
    }

    /// Lies about one request, on top of what others have told already.
    pub(super) fn distort(
        &self,
        told: &mut Told,
        exchange: &Exchange,
        target: Option<&str>,
        dialect: Dialect,
    ) {
        let distortion = self.lies.about(exchange.subject, exchange.status);
        if distortion.doubled {
            told.increments *= 2;
        }
        if distortion.dropped {
            told.increments = 0;
        }
        if distortion.milliseconds {
            told.latency = exchange.seconds * 1e3;
        }
        let mut status = None;
        match distortion.status {
            Some(ToldStatus::Code(code)) => told.exchange.status = code,
            // Where the truth is grouped, this is no lie.
            Some(ToldStatus::Class) if dialect == Dialect::Native => {
                status = Some(class(exchange.status).to_owned());
            }
            Some(ToldStatus::Class) | None => {}
        }
        let route = match (distortion.route, target) {
            (Some((RecordedRoute::Missing, _)), _) => ToldRoute::Missing,
            (Some((RecordedRoute::Empty, _)), _) => ToldRoute::Other(String::new()),
            (Some((RecordedRoute::Raw, values)), Some(target)) => {
                let raw: String = target.chars().take(MAX_CHARS).collect();
                if raw != exchange.subject.route && self.memory.odd.admits(&raw, values) {
                    ToldRoute::Other(raw)
                } else {
                    ToldRoute::True
                }
            }
            _ => ToldRoute::True,
        };
        if status.is_some() || route != ToldRoute::True {
            told.odd = Some(OddRequest {
                series: Arc::clone(&self.memory.odd),
                route,
                status: status.unwrap_or_else(|| dialect.status_label(told.exchange.status)),
            });
        }
    }

    /// Lies about all series.
    pub(super) fn rewrite(&self, families: &mut Vec<MetricFamily>) {
        if let (Some(_), Some(value)) = (self.lies.stuck_gauge(), self.memory.stuck_at.get()) {
            rewrite::set_gauge(families, "http_requests_in_flight", *value as f64);
        }
        if let Some(bounds) = self.lies.coarse_bounds() {
            rewrite::coarsen(families, bounds);
        }
        if self.lies.hides_zeros() {
            rewrite::hide_zeros(families);
        }
        if let Some(age) = self.lies.timestamp_age() {
            let then = SystemTime::now() - age;
            let since_epoch = then.duration_since(UNIX_EPOCH).unwrap_or_default();
            rewrite::stamp(families, since_epoch.as_millis() as i64);
        }
    }
}
