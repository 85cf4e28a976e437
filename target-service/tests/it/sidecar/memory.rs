//! Memory of the program while a lot goes through it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use super::{super::support::raw_http, upstream::Upstream};

const MEGABYTE: u64 = 1024 * 1024;

/// Killed when the test ends, also when it fails.
struct Program {
    child: Child,
    service: SocketAddr,
    admin: SocketAddr,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    fn start(args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_target-service"))
            .env_clear()
            .args(["--profile", "sidecar", "--log-level", "info"])
            .args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .expect("a program");
        let mut log = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut first = String::new();
        log.read_line(&mut first).expect("a line");
        // Read to its end, so that the program never waits for its reader.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let first: Value = serde_json::from_str(&first).expect("JSON");
        let address = |field: &str| {
            let text = first[field].as_str().expect("an address");
            text.parse().expect("an address")
        };
        Self {
            service: address("addr"),
            admin: address("admin_addr"),
            child,
        }
    }

    fn resident_bytes(&self) -> u64 {
        let (_, text) = raw_http(self.admin, "GET", "/metrics", "").expect("a scrape");
        let prefix = "process_resident_memory_bytes ";
        let value = text.lines().find_map(|line| line.strip_prefix(prefix));
        value.expect("a sample").parse().expect("a whole number")
    }

    /// How much memory `requests` requests to the root take for good.
    fn growth(&self, requests: usize) -> u64 {
        let ask = || raw_http(self.service, "GET", "/", "").expect("an answer");
        // What is made once is made now.
        (0..50).for_each(|_| drop(ask()));
        let before = self.resident_bytes();
        (0..requests).for_each(|_| drop(ask()));
        self.resident_bytes().saturating_sub(before)
    }
}

#[test]
fn the_built_in_upstream_takes_no_memory_and_with_the_defect_leak_64_kib_each() {
    let healthy = Program::start(&["--upstream", "builtin"]).growth(500);
    assert!(healthy < 8 * MEGABYTE, "{healthy}");
    let leaking = Program::start(&["--upstream", "builtin", "--defects", "leak"]).growth(500);
    assert!(leaking > 28 * MEGABYTE, "{leaking}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_megabytes_go_through_in_a_few() {
    let upstream = Upstream::honest().await;
    let url = format!("http://{}", upstream.address);
    let stream = move || {
        let program = Program::start(&["--upstream", &url]);
        raw_http(program.service, "GET", "/", "").expect("an answer");
        let before = program.resident_bytes();
        let mut stream = TcpStream::connect(program.service).expect("a connection");
        let mut writing = stream.try_clone().expect("a connection");
        let sent = 100 * MEGABYTE;
        let upload = std::thread::spawn(move || {
            let head = "POST /stream HTTP/1.1\r\nhost: a\r\nconnection: close\r\n";
            write!(writing, "{head}content-length: {sent}\r\n\r\n").expect("sent");
            let piece = vec![b'x'; MEGABYTE as usize];
            for _ in 0..100 {
                writing.write_all(&piece).expect("sent");
            }
        });
        let (mut received, mut most) = (0, 0);
        let mut buffer = vec![0; MEGABYTE as usize];
        let mut looked = 0;
        loop {
            let n = stream.read(&mut buffer).expect("bytes") as u64;
            if n == 0 {
                break;
            }
            received += n;
            if received - looked > 10 * MEGABYTE {
                looked = received;
                most = most.max(program.resident_bytes());
            }
        }
        upload.join().expect("no panic");
        assert!(received >= sent, "{received}");
        let growth = most.saturating_sub(before);
        assert!(looked > 0 && growth < 16 * MEGABYTE, "{growth}");
    };
    tokio::task::spawn_blocking(stream).await.expect("no panic");
}
