//! Whether the service runs where its load comes from: then they compete for the same processors.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use super::processor;

/// What generator and service have in common.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sharing {
    /// Whether the service is on this machine.
    pub host: bool,
    /// Processors that both may use; known of a service that is this program's own child.
    pub cores: Option<u32>,
}

impl Sharing {
    /// With a service at one of these addresses; none are those of a Unix socket. `child` is its process if this
    /// program started it.
    pub fn with(addresses: &[SocketAddr], child: Option<u32>) -> Self {
        let host = addresses.is_empty() || addresses.iter().any(|at| is_here(at.ip()));
        Self {
            host,
            cores: child.filter(|_| host).and_then(processor::shared_with),
        }
    }
}

/// A packet to an address of this machine would be sent from that address. None is sent.
fn is_here(address: IpAddr) -> bool {
    let source = || -> std::io::Result<IpAddr> {
        let any = match address {
            IpAddr::V4(_) => "0.0.0.0:0",
            IpAddr::V6(_) => "[::]:0",
        };
        let socket = UdpSocket::bind(any)?;
        // Any port but 0 will do.
        socket.connect((address, 9))?;
        Ok(socket.local_addr()?.ip())
    };
    address.is_loopback() || source().is_ok_and(|source| source == address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(address: &str, child: Option<u32>) -> Sharing {
        Sharing::with(&[address.parse().unwrap()], child)
    }

    #[test]
    fn loopback_and_sockets_are_here_and_addresses_for_documentation_are_not() {
        assert!(with("127.0.0.9:80", None).host);
        assert!(with("[::1]:80", None).host);
        assert!(Sharing::with(&[], None).host);
        assert_eq!(with("192.0.2.7:80", Some(1)), Sharing::default());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn cores_are_told_of_a_child() {
        let own = std::process::id();
        assert!(with("127.0.0.1:80", Some(own)).cores.is_some_and(|n| n > 0));
        assert_eq!(with("127.0.0.1:80", None).cores, None);
    }
}
