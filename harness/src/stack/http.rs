//! The HTTP client for the stack's own servers.

use std::time::Duration;

use reqwest::Client;

/// A client for loopback: no proxy, and a limit on each request so that a hanging server is
/// noticed.
pub(crate) fn client() -> reqwest::Result<Client> {
    // reqwest wants a TLS provider even for plain HTTP. The second call in a process fails,
    // harmlessly.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(5))
        .build()
}
