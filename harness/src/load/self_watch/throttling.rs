//! Time in which this process was kept from running because its control group had used up its quota.

use std::time::Duration;

/// Of the group that limits this process as a container sees it (cgroup version 2). `None` where there is no limit, no
/// such group, or no Linux.
pub(super) fn time() -> Option<Duration> {
    parse(&std::fs::read_to_string("/sys/fs/cgroup/cpu.stat").ok()?)
}

fn parse(stat: &str) -> Option<Duration> {
    let micros = stat
        .lines()
        .find_map(|line| line.strip_prefix("throttled_usec "))?;
    Some(Duration::from_micros(micros.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttled_time_is_read_if_there_is_a_quota() {
        let stat = "usage_usec 10\nnr_periods 5\nnr_throttled 2\nthrottled_usec 2500\n";
        assert_eq!(parse(stat), Some(Duration::from_micros(2500)));
        assert_eq!(parse("usage_usec 10\n"), None);
    }
}
