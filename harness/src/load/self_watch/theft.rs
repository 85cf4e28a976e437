//! Time that the host of a virtual machine gave to others: it is missing here, and looks like latency.

/// The machine's clock ticks since it started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticks {
    all: u64,
    stolen: u64,
}

impl Ticks {
    /// Share of the ticks in between; `None` if there were none.
    pub(super) fn stolen_since(self, before: Self) -> Option<f64> {
        let all = self.all.checked_sub(before.all).filter(|n| *n > 0)?;
        Some(self.stolen.saturating_sub(before.stolen) as f64 / all as f64)
    }
}

/// Of all processors together. Linux only.
pub(super) fn ticks() -> Option<Ticks> {
    parse(&std::fs::read_to_string("/proc/stat").ok()?)
}

/// `cpu user nice system idle iowait irq softirq steal guest guest_nice`; guests are part of user and nice (proc(5)).
fn parse(stat: &str) -> Option<Ticks> {
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let fields: Vec<u64> = line
        .split_whitespace()
        .take(8)
        .map(|field| field.parse().ok())
        .collect::<Option<_>>()?;
    Some(Ticks {
        all: fields.iter().sum(),
        stolen: *fields.get(7)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stolen_share_is_that_of_the_time_in_between() {
        let before = parse("cpu  10 0 10 80 0 0 0 0 5 5\ncpu0 1 1 1 1 1 1 1 1 1 1\n").unwrap();
        let after = parse("cpu  20 0 20 150 0 0 0 10 9 9\n").unwrap();
        assert_eq!(after.stolen_since(before), Some(0.1));
        assert_eq!(after.stolen_since(after), None);
    }
}
