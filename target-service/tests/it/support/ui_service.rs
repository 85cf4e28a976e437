//! The program behind the page, and what it logged.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    net::SocketAddr,
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::Value;

/// A process that serves until its handle is dropped.
pub(crate) struct UiService {
    child: Child,
    log: BufReader<ChildStdout>,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl UiService {
    /// Starts it and waits for its first line.
    pub(crate) fn start(args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_target-service"))
            .env_clear()
            .args(["--listen", "127.0.0.1:0", "--database", "memory"])
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .expect("a program");
        let mut log = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        log.read_line(&mut line).expect("a line");
        let first: Value = serde_json::from_str(&line).expect("JSON");
        let address = first["addr"].as_str().and_then(|text| text.parse().ok());
        Self {
            child,
            log,
            address: address.expect("an address"),
        }
    }

    /// Ends it and tells all lines after the first.
    pub(crate) fn stop(mut self) -> String {
        let pid = self.child.id().to_string();
        let kill = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(kill.expect("kill").success());
        let mut log = String::new();
        self.log.read_to_string(&mut log).expect("UTF-8");
        log
    }
}

impl Drop for UiService {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
