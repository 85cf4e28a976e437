//! Local ports: towards one address and port, each connection needs one of its own.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use super::{Planned, PreflightError};

/// Refuses more connections than there are ports. Linux only; with several addresses nothing can be said, for each has
/// all ports to itself.
pub(super) fn look(planned: &Planned<'_>) -> Result<(), PreflightError> {
    let [target] = *planned.addresses else {
        return Ok(());
    };
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let range = read("/proc/sys/net/ipv4/ip_local_port_range");
    let Some(range) = range.and_then(|text| parse_range(&text)) else {
        return Ok(());
    };
    // A reserved port is never given out by itself.
    let used: u64 = ["/proc/self/net/tcp", "/proc/self/net/tcp6"]
        .into_iter()
        .filter_map(read)
        .map(|table| towards(&table, target, range))
        .sum();
    judge(planned.connections, target, range, used)
}

fn judge(
    connections: u64,
    target: SocketAddr,
    (low, high): (u16, u16),
    used: u64,
) -> Result<(), PreflightError> {
    let range = u64::from(high.saturating_sub(low)) + 1;
    let free = range.saturating_sub(used);
    if connections <= free {
        return Ok(());
    }
    Err(PreflightError::Ports {
        free,
        range,
        used,
        target,
        connections,
    })
}

fn parse_range(text: &str) -> Option<(u16, u16)> {
    let mut numbers = text.split_whitespace().map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Connections of a table of the kernel (proc(5), `/proc/net/tcp`) to a target from a port of the range, those that
/// are closed and still hold their port included.
fn towards(table: &str, target: SocketAddr, (low, high): (u16, u16)) -> u64 {
    let target = format!("{}:{:04X}", address(target.ip()), target.port());
    let rows = table.lines().skip(1).filter(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let (Some(local), Some(remote)) = (fields.next(), fields.next()) else {
            return false;
        };
        let port = local.rsplit_once(':').map(|(_, port)| port);
        let port = port.and_then(|port| u16::from_str_radix(port, 16).ok());
        remote == target && port.is_some_and(|port| (low..=high).contains(&port))
    });
    rows.count() as u64
}

/// As the kernel writes it: words of four bytes, each in the machine's order.
fn address(address: IpAddr) -> String {
    let bytes = match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    };
    let words = bytes.chunks_exact(4);
    words.fold(String::new(), |mut text, word| {
        let word = u32::from_ne_bytes([word[0], word[1], word[2], word[3]]);
        // Writing to a string cannot fail.
        let _ = write!(text, "{word:08X}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn connections_to_the_target_from_the_range_hold_their_ports() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue\n\
            0: 00000000:1F90 00000000:0000 0A 00000000:00000000\n\
            1: 0100007F:9C40 0100007F:1F90 01 00000000:00000000\n\
            2: 0100007F:9C41 0100007F:1F90 06 00000000:00000000\n\
            3: 0100007F:03E8 0100007F:1F90 01 00000000:00000000\n\
            4: 0100007F:9C42 0100007F:1F91 01 00000000:00000000\n";
        assert_eq!(towards(table, target("127.0.0.1:8080"), (32768, 60999)), 2);
        assert_eq!(
            address("::1".parse().unwrap()),
            "00000000000000000000000001000000"
        );
    }

    #[test]
    fn so_many_connections_as_ports_are_allowed_and_no_more() {
        let here = target("127.0.0.1:80");
        assert_eq!(judge(8, here, (40_000, 40_009), 2), Ok(()));
        let error = judge(9, here, (40_000, 40_009), 2).unwrap_err().to_string();
        assert!(
            error.starts_with("8 local ports are free for connections to 127.0.0.1:80"),
            "{error}"
        );
        assert!(error.contains("has 10, 2 are in use"), "{error}");
        assert_eq!(parse_range("32768\t60999\n"), Some((32768, 60999)));
        assert_eq!(parse_range("32768"), None);
    }
}
