//! Local ports: towards one address and port, each connection needs one of its own.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use super::{Planned, PreflightError};
use crate::model::Millis;

/// The state's number in the kernel's table.
const TIME_WAIT: &str = "06";

/// `TCP_TIMEWAIT_LEN`, a constant of the kernel.
const TIME_WAIT_LASTS: Millis = Millis(60_000);

/// What the kernel's table tells times in: `USER_HZ` is 100.
const TICK: Millis = Millis(10);

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
    let reused_after = reused_after(target.ip(), read);
    // A reserved port is never given out by itself.
    let used: u64 = ["/proc/self/net/tcp", "/proc/self/net/tcp6"]
        .into_iter()
        .filter_map(read)
        .map(|table| towards(&table, target, range, reused_after))
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

/// How long after it was closed a connection's port is given to a new one towards the same target; `None` if the kernel
/// keeps it to the end of TIME-WAIT.
///
/// The kernel's `connect` reuses it (`tcp_twsk_unique`) where both sides send timestamps, `net.ipv4.tcp_tw_reuse` is 1, or
/// 2 (its default) and the target is a loopback address, and `tcp_tw_reuse_delay` has passed; kernels that have no such
/// setting wait for a second. Of the target's timestamps nothing can be known here; who has none is a rarity.
fn reused_after(target: IpAddr, read: impl Fn(&str) -> Option<String>) -> Option<Millis> {
    let setting = |name: &str| {
        let text = read(&format!("/proc/sys/net/ipv4/{name}"))?;
        text.trim().parse::<u64>().ok()
    };
    let timestamps = setting("tcp_timestamps").is_some_and(|on| on != 0);
    let reuses = match setting("tcp_tw_reuse") {
        Some(1) => true,
        Some(2) => target.to_canonical().is_loopback(),
        _ => false,
    };
    (timestamps && reuses).then(|| Millis(setting("tcp_tw_reuse_delay").unwrap_or(1000)))
}

/// Connections of a table of the kernel (proc(5), `/proc/net/tcp`) that hold a port of the range towards a target: the
/// closed ones too, until their port is given to others.
fn towards(
    table: &str,
    target: SocketAddr,
    (low, high): (u16, u16),
    reused_after: Option<Millis>,
) -> u64 {
    let target = format!("{}:{:04X}", address(target.ip()), target.port());
    let rows = table.lines().skip(1).filter(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let (Some(local), Some(remote)) = (fields.next(), fields.next()) else {
            return false;
        };
        let port = local.rsplit_once(':').map(|(_, port)| port);
        let port = port.and_then(|port| u16::from_str_radix(port, 16).ok());
        let is_free = || reused_after.is_some_and(|after| closed_for(fields) >= Some(after));
        remote == target && port.is_some_and(|port| (low..=high).contains(&port)) && !is_free()
    });
    rows.count() as u64
}

/// How long a connection has been in TIME-WAIT, by its state and timer; `None` if it is in another state.
fn closed_for<'a>(mut from_state: impl Iterator<Item = &'a str>) -> Option<Millis> {
    let (state, _queues, timer) = (from_state.next()?, from_state.next()?, from_state.next()?);
    if state != TIME_WAIT {
        return None;
    }
    let (_, left) = timer.split_once(':')?;
    let left = u64::from_str_radix(left, 16).ok()?.checked_mul(TICK.0)?;
    TIME_WAIT_LASTS.0.checked_sub(left).map(Millis)
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
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when\n\
            0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000\n\
            1: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000\n\
            2: 0100007F:9C41 0100007F:1F90 06 00000000:00000000 03:00000BB8\n\
            3: 0100007F:03E8 0100007F:1F90 01 00000000:00000000 00:00000000\n\
            4: 0100007F:9C42 0100007F:1F91 01 00000000:00000000 00:00000000\n";
        let (here, range) = (target("127.0.0.1:8080"), (32768, 60999));
        assert_eq!(towards(table, here, range, None), 2);
        assert_eq!(towards(table, here, range, Some(Millis(1000))), 1);
        assert_eq!(
            address("::1".parse().unwrap()),
            "00000000000000000000000001000000"
        );
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn a_closed_connection_gives_its_port_away_when_the_delay_has_passed_and_no_other_does() {
        // 59 s are 0x170C hundredths.
        let used = |state_and_timer: &str| {
            let row = format!("head\n0: 0100007F:9C40 0100007F:1F90 {state_and_timer} 0 0 0 3\n");
            let after = Some(Millis(1000));
            towards(&row, target("127.0.0.1:8080"), (32768, 60999), after)
        };
        assert_eq!(used("06 00000000:00000000 03:0000170C"), 0);
        assert_eq!(used("06 00000000:00000000 03:0000170D"), 1, "too young");
        assert_eq!(used("06 00000000:00000000 03:00000000"), 0);
        assert_eq!(
            used("06 00000000:00000000 03:00002000"),
            1,
            "longer than a minute"
        );
        assert_eq!(used("06 00000000:00000000"), 1, "not understood");
        // The other side has not closed yet.
        assert_eq!(used("05 00000000:00000000 03:00000100"), 1);
        assert_eq!(used("01 00000000:00000000 02:00000100"), 1);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_real_connection_is_seen_until_its_port_is_given_away() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let here = listener.local_addr().unwrap();
        let used = |reused_after| {
            let table = std::fs::read_to_string("/proc/self/net/tcp").unwrap();
            towards(&table, here, (1, u16::MAX), reused_after)
        };
        let client = std::net::TcpStream::connect(here).unwrap();
        assert_eq!((used(None), used(Some(Millis(0)))), (1, 1));
        let (server, _) = listener.accept().unwrap();
        // Who closes first keeps the port.
        drop(client);
        drop(server);
        let begun = std::time::Instant::now();
        while used(Some(Millis(0))) > 0 {
            assert!(begun.elapsed().as_secs() < 30, "never closed");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert_eq!(used(None), 1);
    }

    #[test]
    fn the_kernel_reuses_ports_as_it_is_set_to() {
        let after = |target: &str, timestamps: &str, reuse: &str, delay: Option<&str>| {
            reused_after(target.parse().unwrap(), |path| {
                let text = match path.strip_prefix("/proc/sys/net/ipv4/tcp_")? {
                    "timestamps" => Some(timestamps),
                    "tw_reuse" => Some(reuse),
                    "tw_reuse_delay" => delay,
                    _ => None,
                };
                text.map(|text| format!("{text}\n"))
            })
        };
        for here in ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(
                after(here, "1", "2", Some("1000")),
                Some(Millis(1000)),
                "{here}"
            );
            assert_eq!(after(here, "1", "0", Some("1000")), None, "{here}");
        }
        assert_eq!(after("192.0.2.1", "1", "2", None), None);
        assert_eq!(after("192.0.2.1", "1", "1", None), Some(Millis(1000)));
        assert_eq!(after("192.0.2.1", "2", "1", Some("250")), Some(Millis(250)));
        assert_eq!(after("127.0.0.1", "0", "2", None), None, "no timestamps");
        assert_eq!(reused_after("127.0.0.1".parse().unwrap(), |_| None), None);
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
