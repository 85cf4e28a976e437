//! The command line and the environment, as written.

use clap::Parser;

const ABOUT: &str = "A key-value service with honest telemetry, and faults on demand";

const EXAMPLES: &str = "\
Examples:
  target-service                                      in memory, on 127.0.0.1:8000
  target-service --listen 127.0.0.1:0                 on a free port, told in the first log line
  target-service --database data/kv.db                entries outlive the process
  target-service --fault-listen 127.0.0.1:8001        with the fault API
  FAULT_ADDR=127.0.0.1:8001 RANDOM_SEED=7 target-service

A flag beats its environment variable. Exit codes: 0 stopped by a signal, 1 failed, 2 bad configuration.";

/// Raw settings. All values are text here, so that one start reports every mistake; [`super::Config`] is the checked form.
#[derive(Debug, Clone, Parser)]
#[command(version, about = ABOUT, after_help = EXAMPLES, long_about = None)]
pub struct Args {
    /// What the service is: kv
    #[arg(
        long,
        env = "TARGET_PROFILE",
        default_value = "kv",
        value_name = "PROFILE"
    )]
    pub profile: String,

    /// Where the service listens; port 0 picks a free one
    #[arg(
        long,
        env = "LISTEN_ADDR",
        default_value = "127.0.0.1:8000",
        value_name = "IP:PORT"
    )]
    pub listen: String,

    /// Where the fault API listens, a loopback address; off unless set
    #[arg(long, env = "FAULT_ADDR", value_name = "IP:PORT")]
    pub fault_listen: Option<String>,

    /// A file, or :memory: for `SQLite` in memory, or memory for a plain map
    #[arg(
        long,
        env = "DATABASE_LOCATION",
        default_value = ":memory:",
        value_name = "PATH"
    )]
    pub database: String,

    /// Decides which requests a fault strikes
    #[arg(long, env = "RANDOM_SEED", default_value = "0", value_name = "N")]
    pub seed: String,

    /// Longest time from the stop signal to the end, in seconds
    #[arg(long, env = "DRAIN_SECONDS", default_value = "10", value_name = "N")]
    pub drain_seconds: String,

    /// Least level that is logged: debug (with probes), info, warn or error
    #[arg(long, env = "LOG_LEVEL", default_value = "info", value_name = "LEVEL")]
    pub log_level: String,
}
