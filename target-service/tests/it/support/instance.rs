//! The program as a process of its own.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, ChildStdout, Command, Output, Stdio},
};

use serde_json::Value;

use super::{Scrape, raw_http};

/// The program, not started, with nothing of the environment of whoever runs the tests.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_target-service"));
    command.env_clear();
    command
}

/// Exit code, stdout and stderr of a program that ends by itself.
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

/// A running program with a fault API; killed when dropped.
pub(crate) struct Instance {
    child: Child,
    log: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
    faults: SocketAddr,
}

impl Instance {
    pub(crate) fn start(args: &[&str]) -> Self {
        Self::start_with(args, "127.0.0.1:0")
    }

    pub(crate) fn start_with(args: &[&str], fault_listen: &str) -> Self {
        let mut command = program();
        command
            .args(["--listen", "127.0.0.1:0", "--fault-listen", fault_listen])
            .args(args)
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("a program");
        let mut log = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut first = String::new();
        log.read_line(&mut first).expect("a line");
        let first: Value = serde_json::from_str(&first).expect("JSON");
        let address = |field: &str| -> SocketAddr {
            let text = first[field].as_str().expect("an address");
            text.parse().expect("an address")
        };
        let faults = address("fault_addr");
        Self {
            address: address("addr"),
            faults: SocketAddr::new([127, 0, 0, 1].into(), faults.port()),
            child,
            log,
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        raw_http(self.address, "GET", path, "").expect("an answer")
    }

    pub(crate) fn scrape(&self) -> Scrape {
        Scrape::parse(&self.get("/metrics").1)
    }

    pub(crate) fn active(&self, fault: &str) -> Option<f64> {
        self.scrape()
            .value("target_fault_active", &[("fault", fault)])
    }

    /// `profile` is empty or `/name`.
    pub(crate) fn put_faults(&self, profile: &str, faults: &Value) {
        let path = format!("/faults{profile}");
        let answer = raw_http(self.faults, "PUT", &path, &faults.to_string());
        let (status, body) = answer.expect("an answer");
        assert_eq!(status, 200, "{body}");
    }

    pub(crate) fn clear_faults(&self, profile: &str) {
        let path = format!("/faults{profile}");
        let answer = raw_http(self.faults, "DELETE", &path, "");
        assert_eq!(answer.expect("an answer").0, 204);
    }

    /// The whole answer; `header` ends with its line.
    pub(crate) fn fault_api(&self, method: &str, path: &str, header: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.faults).expect("a connection");
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: target\r\nconnection: close\r\n{header}content-length: {length}\r\n\r\n{body}"
        )
        .expect("a connection");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// Stops it by the signal; gives the rest of its log, each line of which is JSON.
    pub(crate) fn stop(mut self) -> String {
        let pid = self.pid().to_string();
        let kill = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(kill.expect("kill").success());
        let mut rest = String::new();
        self.log.read_to_string(&mut rest).expect("UTF-8");
        for line in rest.lines() {
            let _: Value = serde_json::from_str(line).expect("JSON");
        }
        assert_eq!(self.child.wait().expect("an end").code(), Some(0));
        rest
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
