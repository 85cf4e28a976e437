//! Listeners and the way down.

use std::{future::Future, io, sync::Arc, time::Duration};

use axum::{
    Router,
    serve::{Listener, ListenerExt},
};
use tokio::{
    net::TcpListener,
    time::{sleep, timeout},
};

use crate::{drain::Drain, telemetry::Metrics};

/// How often a draining server looks whether it is idle.
const IDLE_POLL: Duration = Duration::from_millis(10);

/// A bound service, ready to run.
#[derive(Debug)]
pub struct Server {
    /// Listener and routes of the service.
    pub service: (TcpListener, Router),
    /// Listener and routes of the fault API.
    pub faults: Option<(TcpListener, Router)>,
    /// Begun when the stop signal comes.
    pub drain: Drain,
    /// Longest time from the stop signal to the end.
    pub drain_limit: Duration,
    /// Knows whether requests are under way.
    pub metrics: Arc<Metrics>,
}

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every request under way was answered.
    Drained,
    /// The limit came first; what was under way is cut off.
    CutOff,
}

impl Server {
    /// Serves until `stop`, then drains in two steps, together at most `drain_limit`:
    ///
    /// 1. for at most half of it, still accept while requests are under way, so that load balancers can
    ///    see `/readyz` turn and go elsewhere;
    /// 2. close the listeners and answer what is under way.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<Ended> {
        let Self {
            service: (listener, app),
            faults,
            drain,
            drain_limit,
            metrics,
        } = self;

        let begin = drain.clone();
        let stop_accepting = async move {
            stop.await;
            begin.begin();
            let _still_busy = timeout(drain_limit / 2, idle(metrics)).await;
        };
        let service = axum::serve(nodelay(listener), app).with_graceful_shutdown(stop_accepting);
        let service = service.into_future();

        let fault_drain = drain.clone();
        let fault_api = async move {
            let Some((listener, app)) = faults else {
                return Ok(());
            };
            let stop = async move { fault_drain.begun().await };
            axum::serve(listener, app)
                .with_graceful_shutdown(stop)
                .await
        };

        let limit = async {
            drain.begun().await;
            sleep(drain_limit).await;
        };
        tokio::select! {
            served = async { tokio::try_join!(service, fault_api) } => served.map(|_| Ended::Drained),
            () = limit => Ok(Ended::CutOff),
        }
    }
}

/// Small answers leave at once instead of waiting for the client's acknowledgement.
fn nodelay(listener: TcpListener) -> impl Listener<Addr = std::net::SocketAddr> {
    listener.tap_io(|stream| {
        // A connection that refuses is slower, not wrong.
        let _ = stream.set_nodelay(true);
    })
}

async fn idle(metrics: Arc<Metrics>) {
    while metrics.in_flight().get() > 0 {
        sleep(IDLE_POLL).await;
    }
}
