//! The program while it serves.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::Command,
};

use serde_json::Value;
use target_service::profile::ProfileName;

use super::{Process, Scrape, process::program, raw_http};

/// A program that listens; killed when dropped.
pub(crate) struct Program {
    process: Process,
    /// Of the first service.
    pub(crate) address: SocketAddr,
    /// The line that told the addresses.
    pub(crate) listening: Value,
}

impl Program {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::of(program().args(arguments))
    }

    /// Starts any command that runs the program.
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut process = Process::start(command);
        let listening = process.line("listening");
        Self {
            address: address(&listening, "addr").expect("an address"),
            process,
            listening,
        }
    }

    /// The port of probes and metrics, when they have one of their own.
    pub(crate) fn admin(&self) -> Option<SocketAddr> {
        address(&self.listening, "admin_addr")
    }

    /// The fault API, as it is reached from here.
    pub(crate) fn faults(&self) -> Option<SocketAddr> {
        let bound = address(&self.listening, "fault_addr")?;
        Some(SocketAddr::new([127, 0, 0, 1].into(), bound.port()))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.process.is_running()
    }

    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        raw_http(self.address, "GET", path, "").expect("an answer")
    }

    pub(crate) fn scrape(&self) -> Scrape {
        let address = self.admin().unwrap_or(self.address);
        Scrape::parse(
            &raw_http(address, "GET", "/metrics", "")
                .expect("a scrape")
                .1,
        )
    }

    pub(crate) fn active(&self, fault: &str) -> Option<f64> {
        self.scrape()
            .value("target_fault_active", &[("fault", fault)])
    }

    /// `profile` is empty or `/name`.
    pub(crate) fn put_faults(&self, profile: &str, faults: &Value) {
        let path = format!("/faults{profile}");
        let (status, body) = self.ask_faults("PUT", &path, &faults.to_string());
        assert_eq!(status, 200, "{body}");
    }

    pub(crate) fn clear_faults(&self, profile: &str) {
        let path = format!("/faults{profile}");
        assert_eq!(self.ask_faults("DELETE", &path, "").0, 204);
    }

    fn ask_faults(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let faults = self.faults().expect("a fault API");
        raw_http(faults, method, path, body).expect("an answer")
    }

    /// The whole answer; `header` ends with its line.
    pub(crate) fn fault_api(&self, method: &str, path: &str, header: &str, body: &str) -> String {
        let faults = self.faults().expect("a fault API");
        let mut stream = TcpStream::connect(faults).expect("a connection");
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

    /// SIGKILL.
    pub(crate) fn kill(self) {
        drop(self);
    }

    /// Stops it by the signal; gives the rest of its log, each line of which is JSON.
    pub(crate) fn stop(self) -> String {
        self.process.terminate();
        let (code, rest, said) = self.process.ended();
        for line in rest.lines() {
            let _: Value = serde_json::from_str(line).expect("JSON");
        }
        assert_eq!(code, Some(0), "{said}");
        rest
    }

    /// `text` with the addresses in use.
    pub(crate) fn with_real_addresses(&self, text: &str) -> String {
        let replace =
            |text: String, (default, real): (String, String)| text.replace(&default, &real);
        self.addresses().fold(text.to_owned(), replace)
    }

    /// `text` as a reader of the documentation would see it.
    pub(crate) fn with_default_addresses(&self, text: &str) -> String {
        let replace =
            |text: String, (default, real): (String, String)| text.replace(&real, &default);
        self.addresses().fold(text.to_owned(), replace)
    }

    /// Each default address and the one in use.
    fn addresses(&self) -> impl Iterator<Item = (String, String)> {
        let profile = self.listening["profile"].as_str().expect("a profile");
        let profile: ProfileName = profile.parse().expect("a profile");
        let defaults = [
            (profile.default_port(), Some(self.address)),
            (8001, self.faults()),
            (9001, self.admin()),
        ];
        let pair = |(port, real): (u16, Option<SocketAddr>)| {
            Some((format!("127.0.0.1:{port}"), real?.to_string()))
        };
        defaults.into_iter().filter_map(pair)
    }
}

fn address(listening: &Value, field: &str) -> Option<SocketAddr> {
    listening[field].as_str()?.parse().ok()
}
