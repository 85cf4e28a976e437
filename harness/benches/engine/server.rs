//! The server's process, as the benchmark sees it.

use std::io::{self, BufRead as _, BufReader};
use std::process::{Child, Stdio};

use crate::client::{Bench, cpu_time};

/// A server on a core of its own; stopped when it is dropped.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) url: String,
}

impl Server {
    /// Starts it, in the manner that a flag asks for, and reads its address.
    pub(crate) fn start(bench: &Bench, flag: &str) -> io::Result<Self> {
        let program = std::env::current_exe()?;
        let mut command = bench.pinned(bench.server_core, &program);
        command.arg(flag).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut address = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut address)?;
        }
        let url = format!("http://{}/", address.trim());
        Ok(Self { child, url })
    }

    /// Processor seconds it has used so far.
    pub(crate) fn cpu_seconds(&self) -> Option<f64> {
        cpu_time(self.child.id()).map(|(_, seconds)| seconds)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
