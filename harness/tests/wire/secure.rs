//! TLS, and what is proved of a server before any request.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sloproof::load::wire::dial::{Dial, Protocol, Reach, Settings};
use sloproof::load::wire::place::Place;
use sloproof::load::wire::tls::Trust;
use sloproof::load::wire::{Connect as _, Connection as _, Rendered, Reply};
use sloproof::model::Outcome;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::authority::Authority;
use crate::http2::http2_server;
use crate::server::{read_request, send};

pub(crate) const REQUEST: Rendered<'static> = Rendered {
    bytes: b"PUT /a?b=c HTTP/1.1\r\nhost: kv:1\r\nconnection: keep-alive\r\nx-one: 1\r\ncontent-length: 4\r\n\r\nbody",
    body: None,
    head: false,
};
pub(crate) const OK: Outcome = Outcome::Completed {
    status: 200,
    bytes: 2,
};

/// Far more than anything here takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) async fn dial(
    scheme: &str,
    address: SocketAddr,
    trust: Trust,
    protocol: Protocol,
) -> Dial {
    let place = Place::parse(&format!("{scheme}://{address}")).unwrap();
    let settings = Settings { protocol, trust };
    Reach::find(&place, &settings).await.unwrap().dial()
}

/// A server of HTTP/1.1 over TLS; ends with the set that is returned.
async fn secure_server(authority: &Authority) -> (SocketAddr, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = authority.acceptor.clone();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            connections.spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                while read_request(&mut stream).await {
                    // The body of the one request of these tests.
                    tokio::io::AsyncReadExt::read_u32(&mut stream)
                        .await
                        .unwrap();
                    send(
                        &mut stream,
                        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
                    )
                    .await;
                }
            });
        }
    });
    (address, tasks)
}

#[tokio::test]
async fn tls_carries_exchanges_to_a_server_whose_authority_is_trusted() {
    let authority = Authority::new(b"http/1.1");
    let (address, _tasks) = secure_server(&authority).await;
    for trust in [Trust::File(authority.file().into()), Trust::Anybody] {
        let dial = dial("https", address, trust, Protocol::Http1).await;
        let mut line = dial.connect().await.unwrap();
        for _ in 0..3 {
            let mut reply = Reply {
                keep_body: true,
                keep_head: true,
                ..Reply::default()
            };
            assert_eq!(line.exchange(REQUEST, &mut reply).await, OK);
            assert_eq!(
                (&reply.body[..], &reply.head[..]),
                (&b"ok"[..], &b"content-length: 2\r\n"[..])
            );
            assert!(line.reusable());
        }
    }
}

#[tokio::test]
async fn a_server_of_another_authority_or_protocol_is_not_connected_to() {
    let (authority, other) = (Authority::new(b"http/1.1"), Authority::new(b"http/1.1"));
    let (address, _tasks) = secure_server(&authority).await;
    for (trust, protocol) in [
        (Trust::File(other.file().into()), Protocol::Http1),
        (
            Trust::File(authority.file().into()),
            Protocol::Http2 { streams: 1 },
        ),
    ] {
        let dial = dial("https", address, trust, protocol).await;
        assert_eq!(
            dial.connect().await.err(),
            Some(Outcome::ConnectFailed),
            "{protocol:?}"
        );
    }
}

/// What is found out about a place before any request.
async fn proved(place: &str, http2: bool) -> Result<(), String> {
    let protocol = if http2 {
        Protocol::Http2 { streams: 1 }
    } else {
        Protocol::Http1
    };
    let settings = Settings {
        protocol,
        trust: Trust::Anybody,
    };
    let place = Place::parse(place).unwrap();
    let reach = Reach::find(&place, &settings).await.unwrap();
    reach.prove().await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn http2_in_cleartext_is_proved_without_a_request() {
    let (address, _tasks, seen) = http2_server(None).await;
    assert_eq!(proved(&format!("http://{address}"), true).await, Ok(()));
    assert_eq!(seen.connections.load(Ordering::SeqCst), 1);
    assert_eq!(*seen.requests.lock().unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn whatever_answers_the_preface_of_http2_with_anything_else_does_not_speak_it() {
    let answers: [(&[u8], &str); 4] = [
        (
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
            "does not speak HTTP/2 in cleartext",
        ),
        (b"", "does not speak HTTP/2 in cleartext"),
        // Another frame than SETTINGS.
        (
            &[0, 0, 0, 6, 0, 0, 0, 0, 0],
            "does not speak HTTP/2 in cleartext",
        ),
        (&[21, 3, 1, 0, 2, 2, 70], "answers in TLS; write https://"),
    ];
    for (answer, told) in answers {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = format!("http://{}", listener.local_addr().unwrap());
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut preface = [0; 33];
            tokio::io::AsyncReadExt::read_exact(&mut stream, &mut preface)
                .await
                .unwrap();
            send(&mut stream, answer).await;
        };
        let ((), proved) = tokio::join!(server, proved(&at, true));
        let why = proved.unwrap_err();
        assert!(why.starts_with(&at) && why.contains(told), "{why}");
    }
}

#[tokio::test]
async fn a_server_of_cleartext_http1_need_only_be_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    assert_eq!(proved(&at, false).await, Ok(()));
    drop(listener);
    let refused = |at: &str| {
        let remedy = "start the service, or correct the address";
        Err(format!("nothing accepts connections at {at}; {remedy}"))
    };
    for http2 in [false, true] {
        assert_eq!(proved(&at, http2).await, refused(&at));
        let missing = "unix:/nowhere/kv.sock";
        assert_eq!(proved(missing, http2).await, refused(missing));
    }
    let secure = at.replace("http:", "https:");
    assert_eq!(proved(&secure, false).await, refused(&secure));
}

#[tokio::test]
async fn a_file_without_certificates_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::parse("https://127.0.0.1:1").unwrap();
    let told = async |path: PathBuf| {
        let settings = Settings {
            trust: Trust::File(path),
            ..Settings::default()
        };
        let found = Reach::find(&place, &settings).await;
        found.err().unwrap().to_string()
    };
    let (missing, empty) = (
        folder.path().join("missing.pem"),
        folder.path().join("empty.pem"),
    );
    std::fs::write(&empty, "nothing").unwrap();
    assert!(
        told(missing)
            .await
            .contains("cannot read certificates from")
    );
    assert!(told(empty).await.contains("holds no certificate"));
}
