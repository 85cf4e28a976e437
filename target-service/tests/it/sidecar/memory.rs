//! Memory of the program while a lot goes through it.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

use super::{
    super::support::{Program, program},
    upstream::Upstream,
};

const MEGABYTE: u64 = 1024 * 1024;

fn start(upstream: &str, more: &[&str]) -> Program {
    let mut command = program();
    command.args(["--profile", "sidecar", "--upstream", upstream]);
    Program::of(command.args(more))
}

fn resident_bytes(program: &Program) -> u64 {
    let bytes = program.scrape().value("process_resident_memory_bytes", &[]);
    bytes.expect("a sample") as u64
}

/// How much memory `requests` requests to the root take for good.
fn growth(program: &Program, requests: usize) -> u64 {
    // What is made once is made now.
    (0..50).for_each(|_| drop(program.get("/")));
    let before = resident_bytes(program);
    (0..requests).for_each(|_| drop(program.get("/")));
    resident_bytes(program).saturating_sub(before)
}

#[test]
fn the_built_in_upstream_takes_no_memory_and_with_the_defect_leak_64_kib_each() {
    let healthy = growth(&start("builtin", &[]), 500);
    assert!(healthy < 8 * MEGABYTE, "{healthy}");
    let leaking = growth(&start("builtin", &["--defects", "leak"]), 500);
    assert!(leaking > 28 * MEGABYTE, "{leaking}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_megabytes_go_through_in_a_few() {
    let upstream = Upstream::honest().await;
    let url = format!("http://{}", upstream.address);
    let stream = move || {
        let program = start(&url, &[]);
        program.get("/");
        let before = resident_bytes(&program);
        let mut stream = TcpStream::connect(program.address).expect("a connection");
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
                most = most.max(resident_bytes(&program));
            }
        }
        upload.join().expect("no panic");
        assert!(received >= sent, "{received}");
        let growth = most.saturating_sub(before);
        assert!(looked > 0 && growth < 16 * MEGABYTE, "{growth}");
    };
    tokio::task::spawn_blocking(stream).await.expect("no panic");
}
