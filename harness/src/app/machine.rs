//! The machine that a run ran on, as far as its speed depends on it.

use std::fs;

use serde::{Deserialize, Serialize};

/// What must be alike for latencies to be comparable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Machine {
    /// Model of the processors; `None` where the system does not tell.
    pub(super) cpu: Option<String>,
    /// Processors that this process may use.
    pub(super) cores: u32,
    /// Release of the kernel; `None` where the system does not tell.
    pub(super) kernel: Option<String>,
}

impl Machine {
    /// This one. The facts are read from `/proc`, so elsewhere than on Linux only the cores are known.
    pub(super) fn this() -> Self {
        let read = |path: &str| fs::read_to_string(path).ok();
        Self {
            cpu: read("/proc/cpuinfo").and_then(|text| model(&text)),
            cores: std::thread::available_parallelism().map_or(0, |n| n.get() as u32),
            kernel: read("/proc/sys/kernel/osrelease").map(|text| text.trim().to_owned()),
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let known = |part: &Option<String>| part.clone().unwrap_or_else(|| "unknown".to_owned());
        let (cpu, kernel) = (known(&self.cpu), known(&self.kernel));
        write!(f, "{} × {cpu}, kernel {kernel}", self.cores)
    }
}

/// x86 calls it `model name`; where there is none, as on most ARM machines, the part number stands for it.
fn model(cpuinfo: &str) -> Option<String> {
    let named = |wanted: &str| {
        cpuinfo.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            (name.trim() == wanted).then(|| value.trim().to_owned())
        })
    };
    named("model name").or_else(|| Some(format!("part {}", named("CPU part")?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_read_by_either_name() {
        let x86 = "processor\t: 0\nmodel name\t: Fast CPU @ 3.00GHz\nmodel\t: 7\n";
        assert_eq!(model(x86).as_deref(), Some("Fast CPU @ 3.00GHz"));
        let arm = "processor\t: 0\nCPU part\t: 0xd40\n";
        assert_eq!(model(arm).as_deref(), Some("part 0xd40"));
        assert_eq!(model(""), None);
    }
}
