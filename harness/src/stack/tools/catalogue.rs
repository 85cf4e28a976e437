//! Which tools there are, which versions are pinned, and how each is built.

use std::fmt;

use serde::{Deserialize, Serialize};

const GIB: u64 = 1 << 30;

/// A program of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tool {
    /// The Prometheus server.
    Prometheus,
    /// Checks and unit-tests Prometheus rules.
    Promtool,
    /// The Alertmanager server.
    Alertmanager,
    /// Checks Alertmanager configuration.
    Amtool,
    /// The Loki server, its ruler included.
    Loki,
}

impl Tool {
    /// Every tool.
    pub const ALL: [Self; 5] = [
        Self::Prometheus,
        Self::Promtool,
        Self::Alertmanager,
        Self::Amtool,
        Self::Loki,
    ];

    /// What a stack can't run without.
    pub const SERVERS: [Self; 3] = [Self::Prometheus, Self::Alertmanager, Self::Loki];

    /// The name of the program.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::Promtool => "promtool",
            Self::Alertmanager => "alertmanager",
            Self::Amtool => "amtool",
            Self::Loki => "loki",
        }
    }

    /// The pinned version, as the program's `--version` tells it.
    pub fn version(self) -> &'static str {
        self.module().version
    }

    /// The environment variable that names a binary to use instead of searching.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Prometheus => "SLOPROOF_PROMETHEUS",
            Self::Promtool => "SLOPROOF_PROMTOOL",
            Self::Alertmanager => "SLOPROOF_ALERTMANAGER",
            Self::Amtool => "SLOPROOF_AMTOOL",
            Self::Loki => "SLOPROOF_LOKI",
        }
    }

    /// The module that the tool is built from.
    pub fn module(self) -> &'static GoModule {
        match self {
            Self::Prometheus | Self::Promtool => &PROMETHEUS,
            Self::Alertmanager | Self::Amtool => &ALERTMANAGER,
            Self::Loki => &LOKI,
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A pinned Go module of ours, whose `tool` lines name the packages to build. One module per tool:
/// the tools' dependencies conflict in a common one.
#[derive(Debug, PartialEq, Eq)]
pub struct GoModule {
    /// The folder below `stack/`, and the name in messages.
    pub name: &'static str,
    /// The version that the built programs tell.
    pub version: &'static str,
    /// The programs.
    pub tools: &'static [Tool],
    /// Their packages.
    pub packages: &'static [&'static str],
    /// Build tags.
    pub tags: &'static str,
    /// Linker symbols that hold the version.
    pub version_symbols: &'static [&'static str],
    /// Packages that a build from nothing compiles, for the progress display only.
    pub expected_packages: u32,
    /// Free disk space that modules, build cache and binaries need at most, in bytes.
    pub disk: u64,
    pub(super) go_mod: &'static str,
    pub(super) go_sum: &'static str,
}

const COMMON_VERSION: &str = "github.com/prometheus/common/version.Version";

static PROMETHEUS: GoModule = GoModule {
    name: "prometheus",
    version: "3.15.0",
    tools: &[Tool::Prometheus, Tool::Promtool],
    packages: &[
        "github.com/prometheus/prometheus/cmd/prometheus",
        "github.com/prometheus/prometheus/cmd/promtool",
    ],
    // Without the clients of some thirty clouds; static, file and HTTP discovery stay.
    tags: "remove_all_sd,netgo",
    version_symbols: &[COMMON_VERSION],
    expected_packages: 1274,
    disk: 2 * GIB,
    go_mod: include_str!("../../../../stack/prometheus/go.mod"),
    go_sum: include_str!("../../../../stack/prometheus/go.sum"),
};

static ALERTMANAGER: GoModule = GoModule {
    name: "alertmanager",
    // From 0.32 on the Go module lacks the files of the embedded UI and doesn't build.
    version: "0.31.1",
    tools: &[Tool::Alertmanager, Tool::Amtool],
    packages: &[
        "github.com/prometheus/alertmanager/cmd/alertmanager",
        "github.com/prometheus/alertmanager/cmd/amtool",
    ],
    tags: "netgo",
    version_symbols: &[COMMON_VERSION],
    expected_packages: 707,
    disk: GIB,
    go_mod: include_str!("../../../../stack/alertmanager/go.mod"),
    go_sum: include_str!("../../../../stack/alertmanager/go.sum"),
};

static LOKI: GoModule = GoModule {
    name: "loki",
    version: "3.7.8",
    tools: &[Tool::Loki],
    packages: &["github.com/grafana/loki/v3/cmd/loki"],
    tags: "noasm,netgo",
    // Loki overwrites the common symbol with its own at start.
    version_symbols: &[
        "github.com/grafana/loki/v3/pkg/util/build.Version",
        COMMON_VERSION,
    ],
    expected_packages: 2154,
    disk: 5 * GIB,
    go_mod: include_str!("../../../../stack/loki/go.mod"),
    go_sum: include_str!("../../../../stack/loki/go.sum"),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_is_a_tool_line_of_its_pinned_module() {
        for tool in Tool::ALL {
            let module = tool.module();
            assert!(module.tools.contains(&tool));
            for package in module.packages {
                assert!(
                    module.go_mod.contains(package),
                    "{package} in stack/{}/go.mod",
                    module.name
                );
            }
        }
    }

    #[test]
    fn every_module_comes_with_checksums() {
        for tool in Tool::ALL {
            assert!(
                tool.module()
                    .go_sum
                    .lines()
                    .all(|line| line.contains(" h1:"))
            );
            assert!(tool.module().go_sum.lines().count() > 100);
        }
    }
}
