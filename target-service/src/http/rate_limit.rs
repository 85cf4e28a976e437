//! The layer that keeps one client from taking what is meant for all.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    num::NonZeroU32,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use axum::{
    Json,
    extract::Request,
    http::{Extensions, StatusCode, header::RETRY_AFTER},
    response::Response,
};
use governor::{
    Quota, RateLimiter, clock::Clock, middleware::NoOpMiddleware, state::keyed::DashMapStateStore,
};
use serde_json::json;

use super::refuse;
use crate::{
    endpoint::{Catalogue, Subject},
    server::Wire,
    telemetry::Failure,
};

/// How often clients that have been quiet are forgotten.
const FORGET: Duration = Duration::from_secs(10);

/// What one client may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests per second, for long.
    pub per_second: NonZeroU32,
    /// Requests at once after a rest.
    pub burst: NonZeroU32,
}

/// Counts requests per client. Clones share the counts.
#[derive(Debug, Clone)]
pub struct RateLimit {
    clients: Arc<Clients>,
    catalogue: Catalogue,
}

type Clients = RateLimiter<IpAddr, DashMapStateStore<IpAddr>, TokioClock, NoOpMiddleware<Instant>>;

impl RateLimit {
    /// Probes of `catalogue` are not counted.
    ///
    /// # Panics
    ///
    /// Outside a runtime.
    pub fn new(rate: Rate, catalogue: Catalogue) -> Self {
        let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
        let clients = Arc::new(RateLimiter::dashmap_with_clock(quota, TokioClock));
        tokio::spawn(forget_quiet_clients(Arc::downgrade(&clients)));
        Self { clients, catalogue }
    }

    fn check(&self, subject: Subject, request: &Request) -> Result<(), Duration> {
        if self.catalogue.is_probe(subject.route) {
            return Ok(());
        }
        self.admit(client(request.extensions()))
    }

    /// Counts one request, or tells how long the client should wait.
    fn admit(&self, client: IpAddr) -> Result<(), Duration> {
        let checked = self.clients.check_key(&client);
        checked.map_err(|refused| refused.wait_time_from(TokioClock.now()))
    }
}

/// Memory is bounded by the clients of the last moments, not by all that ever came.
async fn forget_quiet_clients(clients: Weak<Clients>) {
    loop {
        tokio::time::sleep(FORGET).await;
        let Some(clients) = clients.upgrade() else {
            return;
        };
        clients.retain_recent();
        clients.shrink_to_fit();
    }
}

/// Answers 429 to clients that ask too often, if there is a limit.
pub async fn rate_limit<F: Future<Output = Response>>(
    limit: Option<&RateLimit>,
    subject: Subject,
    request: Box<Request>,
    next: impl FnOnce(Box<Request>) -> F,
) -> Response {
    match limit.map(|limit| limit.check(subject, &request)) {
        Some(Err(wait)) => too_many_requests(wait),
        None | Some(Ok(())) => next(request).await,
    }
}

fn too_many_requests(wait: Duration) -> Response {
    // Whole seconds, never less than the wait: who comes back on time is to be served.
    let seconds = wait.as_nanos().div_ceil(1_000_000_000).max(1);
    let answer = (
        StatusCode::TOO_MANY_REQUESTS,
        [(RETRY_AFTER, seconds.to_string())],
        Json(json!({"detail": "too many requests"})),
    );
    refuse(
        answer,
        Failure {
            kind: "rate_limited",
            cause: None,
        },
    )
}

/// Who asks, by the address of the connection. `x-forwarded-for` is whatever a client writes into it.
fn client(extensions: &Extensions) -> IpAddr {
    let wire: Option<&Wire> = extensions.get();
    // Without a connection there is one client, and it is limited, too.
    let address = wire.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |wire| wire.peer().ip());
    match address.to_canonical() {
        // One subscriber has a whole /64 and could be a new client with each request.
        IpAddr::V6(v6) => {
            let network = v6.to_bits() >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// The clock of the runtime, which tests can stop.
#[derive(Debug, Clone, Copy)]
struct TokioClock;

impl Clock for TokioClock {
    type Instant = Instant;

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> IpAddr {
        let mut extensions = Extensions::new();
        let address: std::net::SocketAddr = address.parse().expect("an address");
        extensions.insert(Wire::of(address));
        client(&extensions)
    }

    #[test]
    fn a_client_is_an_address_or_a_network_of_64_bits() {
        assert_eq!(of("192.0.2.1:1"), of("192.0.2.1:2"));
        assert_eq!(of("192.0.2.1:1"), of("[::ffff:192.0.2.1]:1"));
        assert_ne!(of("192.0.2.1:1"), of("192.0.2.2:1"));
        assert_eq!(of("[2001:db8::1]:1"), of("[2001:db8::2]:1"));
        assert_ne!(of("[2001:db8::1]:1"), of("[2001:db8:0:1::1]:1"));
    }

    #[tokio::test(start_paused = true)]
    async fn quiet_clients_are_forgotten() {
        let one = NonZeroU32::MIN;
        let rate = Rate {
            per_second: one,
            burst: one,
        };
        let limit = RateLimit::new(rate, Catalogue(&[]));
        for n in 0..100 {
            let client = IpAddr::V4(Ipv4Addr::new(10, 0, 0, n));
            assert_eq!(limit.admit(client), Ok(()));
        }
        assert_eq!(limit.clients.len(), 100);
        tokio::time::sleep(FORGET * 2).await;
        assert_eq!(limit.clients.len(), 0);
    }
}
