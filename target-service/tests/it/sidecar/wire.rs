//! One request as bytes, its answer as bytes.

use std::{io, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// An answer as the client sees it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// Status line without its line feed.
    pub(super) line: String,
    /// `name: value`, sorted, names in lower case.
    pub(super) headers: Vec<String>,
    /// Without chunks; with the trailers of the last one in `trailers`.
    pub(super) body: Vec<u8>,
    pub(super) trailers: Vec<String>,
}

impl Reply {
    pub(super) fn status(&self) -> u16 {
        let code = self.line.split(' ').nth(1).expect("a status");
        code.parse().expect("a number")
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let prefix = format!("{name}: ");
        let mut found = self.headers.iter().filter_map(|h| h.strip_prefix(&prefix));
        found.next()
    }

    pub(super) fn text(&self) -> &str {
        str::from_utf8(&self.body).expect("UTF-8")
    }

    /// Without what differs between any two answers.
    pub(super) fn lasting(mut self) -> Self {
        let passing = ["date: ", "traceparent: "];
        let lasts = |header: &String| !passing.iter().any(|name| header.starts_with(name));
        self.headers.retain(lasts);
        self
    }
}

/// Sends `request` and reads until the other side closes. The bytes, none at all included.
pub(super) async fn bytes(address: SocketAddr, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

/// The answer to `request`, which must ask for the connection to be closed.
pub(super) async fn reply(address: SocketAddr, request: &[u8]) -> Reply {
    let answer = bytes(address, request).await.expect("an answer");
    parse(&answer)
}

/// `GET path` on a connection of its own.
pub(super) async fn get(address: SocketAddr, path: &str) -> Reply {
    reply(address, request("GET", path, "", b"").as_slice()).await
}

/// A request that closes its connection; `headers` end with a line feed each.
pub(super) fn request(method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = match body.len() {
        0 => String::new(),
        n => format!("content-length: {n}\r\n"),
    };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: shop.example\r\nconnection: close\r\n{headers}{length}\r\n"
    );
    [head.as_bytes(), body].concat()
}

pub(super) fn parse(answer: &[u8]) -> Reply {
    let end = find(answer, b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&answer[..end]);
    let mut lines = head.split("\r\n").map(str::to_owned);
    let line = lines.next().expect("a status line");
    let mut headers: Vec<String> = lines.collect();
    headers.sort();
    let rest = &answer[end + 4..];
    let chunked = headers.iter().any(|h| h == "transfer-encoding: chunked");
    let (body, trailers) = if chunked && !rest.is_empty() {
        dechunk(rest)
    } else {
        (rest.to_vec(), Vec::new())
    };
    Reply {
        line,
        headers,
        body,
        trailers,
    }
}

fn dechunk(mut rest: &[u8]) -> (Vec<u8>, Vec<String>) {
    let mut body = Vec::new();
    loop {
        let end = find(rest, b"\r\n").expect("a chunk size");
        let size = str::from_utf8(&rest[..end]).expect("UTF-8");
        let size = usize::from_str_radix(size, 16).expect("hex");
        rest = &rest[end + 2..];
        if size == 0 {
            let trailers = str::from_utf8(rest).expect("UTF-8");
            let trailers = trailers.split("\r\n").filter(|line| !line.is_empty());
            return (body, trailers.map(str::to_owned).collect());
        }
        body.extend_from_slice(&rest[..size]);
        rest = &rest[size + 2..];
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|w| w == wanted)
}
