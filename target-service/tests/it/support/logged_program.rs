//! The program as a process whose log is read line by line, gone with its test however that ends.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    net::SocketAddr,
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::Value;

pub(crate) struct LoggedProgram {
    child: Child,
    log: BufReader<ChildStdout>,
}

impl LoggedProgram {
    /// Runs with `environment` and nothing else of whoever runs the tests.
    pub(crate) fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_target-service"));
        command.args(arguments).env_clear();
        command.envs(environment.iter().copied());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("a program");
        let log = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, log }
    }

    /// Reads the log up to the first line whose message begins like this.
    pub(crate) fn line(&mut self, message: &str) -> Value {
        loop {
            let mut line = String::new();
            self.log.read_line(&mut line).expect("UTF-8");
            assert!(!line.is_empty(), "the log ended without `{message}`");
            let line: Value = serde_json::from_str(&line).expect("a JSON object");
            if line["msg"]
                .as_str()
                .is_some_and(|msg| msg.starts_with(message))
            {
                return line;
            }
        }
    }

    /// Where the service listens.
    pub(crate) fn address(&mut self) -> SocketAddr {
        let line = self.line("listening");
        let address = line["addr"].as_str().expect("an address");
        address.parse().expect("an address")
    }

    /// Tells it to stop.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().to_string();
        let kill = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(kill.expect("kill").success());
    }

    /// Waits for its end: exit code, the rest of the log, what it said on standard error.
    pub(crate) fn ended(mut self) -> (Option<i32>, String, String) {
        let (mut log, mut said) = (String::new(), String::new());
        self.log.read_to_string(&mut log).expect("UTF-8");
        let mut errors = self.child.stderr.take().expect("a pipe");
        errors.read_to_string(&mut said).expect("UTF-8");
        (self.child.wait().expect("an end").code(), log, said)
    }
}

impl Drop for LoggedProgram {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
