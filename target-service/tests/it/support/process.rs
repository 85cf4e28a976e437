//! The program as a process of its own, gone with its test however that ends.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    net::SocketAddr,
    process::{Child, Command, Output, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use serde_json::Value;

/// Longer than anything that a healthy test waits for.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program, not started: every port is picked, and nothing of whoever runs the tests configures it.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_target-service"));
    command.env_clear();
    for address in ["LISTEN_ADDR", "FAULT_ADDR", "ADMIN_ADDR"] {
        command.env(address, "127.0.0.1:0");
    }
    command
}

/// Exit code, standard output and standard error of a program that ends by itself.
pub(crate) fn output(command: &mut Command) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("a program");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (
        status.code().expect("an exit code"),
        text(stdout),
        text(stderr),
    )
}

/// A started program whose log can be read line by line. [`super::Program`] is one that listens.
pub(crate) struct Process {
    child: Child,
    /// A thread reads the log all the time, so that the program never waits for its reader.
    log: Receiver<String>,
}

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("a program");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let (sender, log) = channel();
        thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        Self { child, log }
    }

    /// Reads the log up to the first line whose message begins like this.
    pub(crate) fn line(&mut self, message: &str) -> Value {
        loop {
            let Ok(line) = self.log.recv_timeout(PATIENCE) else {
                let _ended_already = self.child.kill();
                panic!("no line `{message}`; it said: {}", self.said());
            };
            let line: Value = serde_json::from_str(&line).expect("a JSON object");
            let found = line["msg"].as_str();
            if found.is_some_and(|found| found.starts_with(message)) {
                return line;
            }
        }
    }

    /// Where the first service listens.
    pub(crate) fn address(&mut self) -> SocketAddr {
        let address = self.line("listening")["addr"].take();
        let address = address.as_str().and_then(|text| text.parse().ok());
        address.expect("an address")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_none()
    }

    /// Tells it to stop.
    pub(crate) fn terminate(&self) {
        let pid = self.pid().to_string();
        let kill = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(kill.expect("kill").success());
    }

    /// Waits for its end: exit code, the rest of the log, what it said on standard error.
    pub(crate) fn ended(mut self) -> (Option<i32>, String, String) {
        let log: String = self.log.iter().map(|line| line + "\n").collect();
        let said = self.said();
        (self.child.wait().expect("an end").code(), log, said)
    }

    /// All of standard error, up to its end.
    fn said(&mut self) -> String {
        let mut said = String::new();
        let mut errors = self.child.stderr.take().expect("read once");
        errors.read_to_string(&mut said).expect("UTF-8");
        said
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
