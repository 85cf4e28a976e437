//! One connection, from its first byte to its last.

use std::{net::SocketAddr, pin::pin};

use axum::{Router, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::Service};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::net::TcpStream;

use super::{
    Limits,
    head_timer::HeadTimer,
    stall::Stall,
    wire::{Wire, WireStream},
};
use crate::drain::Drain;

/// Serves requests until the client leaves, breaks a limit, or `end` begins and the request under way is
/// answered.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    routes: Router,
    limits: Limits,
    end: Drain,
) {
    let wire = Wire::of(peer);
    // Small answers leave at once instead of waiting for the client's acknowledgement. A connection that
    // refuses is slower, not wrong.
    let _ = stream.set_nodelay(true);
    let stall = Stall::new(limits.stall_time);
    let io = TokioIo::new(WireStream::new(stream, wire.clone(), stall));
    let service = Told {
        wire: wire.clone(),
        routes: TowerToHyperService::new(routes),
    };
    let mut http = http1::Builder::new();
    http.timer(HeadTimer::new(wire.clone(), limits))
        .header_read_timeout(limits.idle_time)
        .max_header_size(limits.head_bytes);
    let mut connection = pin!(http.serve_connection(io, service));
    {
        let mut end = pin!(end.begun());
        let mut closed = pin!(wire.closed());
        tokio::select! {
            biased;
            // An error is the client's: it left, or sent what is no request.
            _ended = connection.as_mut() => return,
            () = &mut closed => return,
            () = &mut end => connection.as_mut().graceful_shutdown(),
        }
    }
    tokio::select! {
        biased;
        _ended = connection.as_mut() => {}
        () = wire.closed() => {}
    }
}

/// The routes, which learn with each request where it came from.
struct Told {
    wire: Wire,
    routes: TowerToHyperService<Router>,
}

impl Service<Request<Incoming>> for Told {
    type Response = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Response;
    type Error = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Error;
    type Future = <TowerToHyperService<Router> as Service<Request<Incoming>>>::Future;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.wire.clone());
        self.routes.call(request)
    }
}
