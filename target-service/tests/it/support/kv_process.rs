//! The real program with profile `kv`, as a process of its own.

use std::{
    io::{self, BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    thread,
};

use serde_json::Value;

/// A running service; killed when dropped.
pub(crate) struct KvProcess {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl KvProcess {
    /// On a port of its own, in an empty environment; `configure` adds settings.
    pub(crate) fn start(configure: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_target-service"));
        command.env_clear().args(["--listen", "127.0.0.1:0"]);
        configure(&mut command);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("a program");
        let mut log = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut first = String::new();
        log.read_line(&mut first).expect("a line");
        let address = serde_json::from_str::<Value>(&first)
            .ok()
            .and_then(|line| line["addr"].as_str()?.parse().ok());
        // A full pipe would make the service drop lines.
        thread::spawn(move || io::copy(&mut log, &mut io::sink()));
        Self {
            child,
            address: address.expect("a listening line"),
        }
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_none()
    }

    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a child");
        self.child.wait().expect("an end");
    }
}

impl Drop for KvProcess {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
