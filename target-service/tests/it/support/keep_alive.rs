//! One connection for many requests, which must never close.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

/// A connection to the service.
pub(crate) struct KeepAlive {
    stream: BufReader<TcpStream>,
    host: SocketAddr,
}

impl KeepAlive {
    pub(crate) async fn connect(host: SocketAddr) -> Self {
        let stream = TcpStream::connect(host).await.expect("a connection");
        Self {
            stream: BufReader::new(stream),
            host,
        }
    }

    /// Sends a request and reads its answer to the end; the error tells how the connection broke.
    pub(crate) async fn send(
        &mut self,
        method: &str,
        target: &str,
        body: &[u8],
    ) -> Result<u16, String> {
        let (host, length) = (self.host, body.len());
        let head = format!(
            "{method} {target} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n"
        );
        let broken = |error: std::io::Error| error.to_string();
        // At once: the second of two small writes would wait for an acknowledgement.
        let request = [head.as_bytes(), body].concat();
        self.stream.write_all(&request).await.map_err(broken)?;

        let mut status = None;
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).await.map_err(broken)?;
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            let lower = line.to_ascii_lowercase();
            if let Some(rest) = lower.strip_prefix("http/1.1 ") {
                status = rest.split(' ').next().and_then(|code| code.parse().ok());
            } else if let Some(value) = lower.strip_prefix("content-length: ") {
                length = value.parse().map_err(|_| format!("length {value}"))?;
            } else if lower == "connection: close" {
                return Err(format!("closed after {status:?}"));
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer).await.map_err(broken)?;
        status.ok_or_else(|| "no status".to_owned())
    }
}
