//! Connections that a listener of this machine has not accepted yet: beyond its backlog they wait a second or more.

use super::Planned;

/// What might not hold out. The service may have asked for less than the kernel allows; that cannot be seen.
pub(super) fn look(planned: &Planned<'_>) -> Option<String> {
    if !planned.here || planned.addresses.is_empty() {
        return None;
    }
    let limit = std::fs::read_to_string("/proc/sys/net/core/somaxconn").ok()?;
    judge(planned.connections, limit.trim().parse().ok()?)
}

fn judge(connections: u64, limit: u64) -> Option<String> {
    (connections > limit).then(|| {
        format!(
            "{connections} connections are planned, but a listener of this machine holds at most {limit} that are not \
             accepted yet (net.core.somaxconn): opened at once, the rest is retried after a second or more; raise it \
             (sysctl -w net.core.somaxconn={connections}) and the service's own backlog, or plan fewer connections"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_connections_than_the_backlog_holds_are_told() {
        assert_eq!(judge(4096, 4096), None);
        let told = judge(4097, 4096).unwrap();
        assert!(
            told.contains("at most 4096 that are not accepted yet"),
            "{told}"
        );
    }
}
