//! One listener: takes connections while there is room.

use std::{io, net::SocketAddr, time::Duration};

use axum::Router;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::sleep,
};

use super::{Connections, Limits, connection};
use crate::drain::Drain;

/// Rest after an error of the system, such as a want of file descriptors: trying again at once would
/// burn the processor that could end a request and give some back.
const REST: Duration = Duration::from_millis(100);

/// A bound port, what is served on it, and how many connections it may have.
#[derive(Debug)]
pub struct Listening {
    /// Where clients come.
    pub listener: TcpListener,
    /// What they get.
    pub routes: Router,
    /// How many there are.
    pub connections: Connections,
}

impl Listening {
    /// Accepts until `end` begins, then closes the port and answers what is under way. Dropped, it drops
    /// its connections.
    pub(super) async fn serve(self, limits: Limits, end: Drain) {
        let mut under_way = JoinSet::new();
        loop {
            let (stream, peer) = tokio::select! {
                biased;
                () = end.begun() => break,
                // A panic in a connection ends that connection alone; handlers have theirs caught.
                Some(_ended) = under_way.join_next() => continue,
                accepted = self.accept() => accepted,
            };
            let open = self.connections.open();
            let serve = connection::serve(stream, peer, self.routes.clone(), limits, end.clone());
            under_way.spawn(async move {
                serve.await;
                drop(open);
            });
        }
        drop(self.listener);
        while under_way.join_next().await.is_some() {}
    }

    /// The next connection. A client beyond the limit waits in the system's queue.
    async fn accept(&self) -> (TcpStream, SocketAddr) {
        loop {
            self.connections.room().await;
            let accepted = tokio::select! {
                biased;
                () = self.connections.full() => continue,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok(connection) => return connection,
                Err(error) => {
                    self.connections.count_accept_error();
                    if !is_of_the_client(&error) {
                        sleep(REST).await;
                    }
                }
            }
        }
    }
}

/// The client left between its connect and our accept.
fn is_of_the_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
