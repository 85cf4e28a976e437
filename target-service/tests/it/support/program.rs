//! The real program on picked ports, stopped when dropped.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use serde_json::Value;

/// A running instance.
pub(crate) struct Program {
    child: Child,
    /// Of the service.
    pub(crate) address: SocketAddr,
    /// Default address and the one in use.
    addresses: Vec<(String, String)>,
}

impl Program {
    /// Starts it with `arguments` in `folder`; every port that the arguments name or leave to the default is picked.
    pub(crate) fn start_in(folder: &Path, arguments: &[String]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_target-service"));
        // The environment of whoever runs the tests must not configure them.
        command.env_clear().current_dir(folder);
        command.args(["--listen", "127.0.0.1:0", "--fault-listen", "127.0.0.1:0"]);
        command.args(arguments).env("ADMIN_ADDR", "127.0.0.1:0");
        Self::spawn(command)
    }

    /// On a port of its own; `configure` adds settings.
    pub(crate) fn start(configure: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_target-service"));
        command.env_clear().args(["--listen", "127.0.0.1:0"]);
        configure(&mut command);
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("a program");
        let mut log = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut first = String::new();
        log.read_line(&mut first).expect("a line");
        let told: Value = serde_json::from_str(&first).expect("a JSON line");
        // The rest is read, so that the program never waits for its reader.
        thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let port = match told["profile"].as_str() {
            Some("events") => 7000,
            Some("schedule" | "writer") => 8080,
            Some("sidecar") => 9000,
            _ => 8000,
        };
        let defaults = [("addr", port), ("fault_addr", 8001), ("admin_addr", 9001)];
        let addresses = defaults.into_iter().filter_map(|(field, port)| {
            let address = told[field].as_str()?.to_owned();
            Some((format!("127.0.0.1:{port}"), address))
        });
        let address = told["addr"].as_str().and_then(|text| text.parse().ok());
        Self {
            address: address.expect("a listening line"),
            addresses: addresses.collect(),
            child,
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

    /// `text` with the addresses in use.
    pub(crate) fn with_real_addresses(&self, text: &str) -> String {
        let replace =
            |text: String, (default, real): &(String, String)| text.replace(default, real);
        self.addresses.iter().fold(text.to_owned(), replace)
    }

    /// `text` as a reader of the documentation would see it.
    pub(crate) fn with_default_addresses(&self, text: &str) -> String {
        let replace =
            |text: String, (default, real): &(String, String)| text.replace(real, default);
        self.addresses.iter().fold(text.to_owned(), replace)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
