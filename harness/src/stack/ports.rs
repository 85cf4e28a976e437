//! Free ports on loopback.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::time::{SystemTime, UNIX_EPOCH};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Below this are ports that people run services on.
const FLOOR: u16 = 20_000;

/// `count` different ports that nothing listened on a moment ago.
///
/// They lie below the kernel's ephemeral range: a load generator opens thousands of connections,
/// each with an ephemeral port of its own, and one of them would sooner or later hold a port that
/// is to be bound later (the webhook receiver's). All are held at once while picking, so no port is
/// given twice.
pub(crate) fn free(count: usize) -> io::Result<Vec<u16>> {
    let ceiling = ephemeral_floor().unwrap_or(32_768);
    let mut held = Vec::with_capacity(count);
    // Another stack that starts now must not try the same ports in the same order.
    let nanos = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos() as u64);
    let mut rng = StdRng::seed_from_u64(nanos ^ (u64::from(std::process::id()) << 32));
    for _ in 0..count {
        let below = (ceiling > FLOOR + 1_000)
            .then(|| (0..200).find_map(|_| bind(rng.random_range(FLOOR..ceiling)).ok()))
            .flatten();
        held.push(match below {
            Some(listener) => listener,
            None => bind(0)?,
        });
    }
    held.iter()
        .map(|listener| Ok(listener.local_addr()?.port()))
        .collect()
}

fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

fn ephemeral_floor() -> Option<u16> {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    range.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ports_are_different_and_free() {
        let ports = free(16).unwrap();
        assert_eq!(ports.iter().collect::<BTreeSet<_>>().len(), 16);
        for port in ports {
            bind(port).unwrap();
        }
    }
}
