//! When a connection may be used again, and when a request may be sent again.

use std::time::Duration;

use hyper::body::Bytes;
use sloproof::load::wire::by_hyper::Hyper1;
use sloproof::load::wire::http1::UnixConnect;
use sloproof::load::wire::{Connect as _, Connection, Rendered, Reply};
use sloproof::model::Outcome;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream, UnixListener};

use crate::by_hand::Ours;
use crate::server::{read_request, send};

const REQUEST: Rendered<'static> = Rendered {
    bytes: b"GET / HTTP/1.1\r\nhost: a\r\n\r\n",
    body: None,
    head: false,
};
const REPLY: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const OK: Outcome = Outcome::Completed {
    status: 200,
    bytes: 2,
};

/// A connected client and server.
async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap());
    let (client, server) = tokio::join!(client, listener.accept());
    (client.unwrap(), server.unwrap().0)
}

async fn exchange(client: &mut impl Connection) -> Outcome {
    client.exchange(REQUEST, &mut Reply::default()).await
}

/// An exchange that the server answers.
async fn answered(client: &mut impl Connection, server: &mut TcpStream) {
    let serve = async {
        assert!(read_request(server).await);
        send(server, REPLY).await;
    };
    let (outcome, ()) = tokio::join!(exchange(client), serve);
    assert_eq!(outcome, OK);
    assert!(client.reusable() && !client.unsent());
}

/// Lets the event loop learn what the peer did; on loopback that is there at once.
async fn learn() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

/// What a server does with an idle connection.
async fn leave(mut server: TcpStream, how: &str) {
    match how {
        "close" => {}
        "reset" => server.set_zero_linger().unwrap(),
        _ => {
            send(
                &mut server,
                b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n",
            )
            .await;
        }
    }
}

#[tokio::test]
async fn a_request_on_a_connection_that_the_server_had_left_was_never_sent() {
    for ours in Ours::WAYS {
        for how in ["close", "reset", "408"] {
            let (client, mut server) = pair().await;
            let mut client = ours(client);
            answered(&mut client, &mut server).await;
            leave(server, how).await;
            learn().await;
            let outcome = exchange(&mut client).await;
            assert!(
                matches!(outcome, Outcome::Broken { .. }),
                "{how}: {outcome:?}"
            );
            assert!(client.unsent() && !client.reusable(), "{how}");
        }
    }
}

#[tokio::test]
async fn hyper_tells_a_left_connection_at_once_or_as_never_sent() {
    for how in ["close", "reset", "408"] {
        let (client, mut server) = pair().await;
        let mut client = Hyper1::new(client).await.unwrap();
        answered(&mut client, &mut server).await;
        leave(server, how).await;
        learn().await;
        let outcome = exchange(&mut client).await;
        assert!(
            matches!(outcome, Outcome::Broken { .. }),
            "{how}: {outcome:?}"
        );
        assert!(client.unsent() && !client.reusable(), "{how}");
    }
}

#[tokio::test]
async fn a_request_that_the_server_may_have_read_is_not_called_unsent() {
    for ours in Ours::WAYS {
        for used_before in [false, true] {
            let (client, mut server) = pair().await;
            let mut client = ours(client);
            if used_before {
                answered(&mut client, &mut server).await;
            }
            let serve = async {
                read_request(&mut server).await;
                drop(server);
            };
            let (outcome, ()) = tokio::join!(exchange(&mut client), serve);
            assert!(matches!(outcome, Outcome::Broken { .. }), "{outcome:?}");
            assert!(!client.unsent() && !client.reusable());
        }
    }
}

#[tokio::test]
async fn a_fresh_connection_that_fails_is_not_called_unsent_so_that_nobody_tries_for_ever() {
    for ours in Ours::WAYS {
        let (client, server) = pair().await;
        server.set_zero_linger().unwrap();
        drop(server);
        learn().await;
        let mut client = ours(client);
        let outcome = exchange(&mut client).await;
        assert!(matches!(outcome, Outcome::Broken { .. }), "{outcome:?}");
        assert!(!client.unsent() && !client.reusable());
    }
}

#[tokio::test]
async fn an_exchange_that_was_dropped_leaves_no_connection_to_reuse() {
    for ours in Ours::WAYS {
        let (client, _server) = pair().await;
        let mut client = ours(client);
        let dropped = tokio::time::timeout(Duration::from_millis(10), exchange(&mut client)).await;
        assert!(dropped.is_err());
        assert!(!client.reusable());
    }
}

#[tokio::test]
async fn an_answer_to_half_a_request_is_whole_and_the_last() {
    for ours in Ours::WAYS {
        let body = vec![b'x'; 16 << 20];
        let mut upload = format!(
            "PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        upload.extend(&body);
        let (client, mut server) = pair().await;
        let mut client = ours(client);
        let serve = async {
            let mut some = [0; 100];
            server.read_exact(&mut some).await.unwrap();
            send(
                &mut server,
                b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n",
            )
            .await;
            server
        };
        let request = Rendered {
            bytes: &upload,
            body: None,
            head: false,
        };
        let mut reply = Reply::default();
        let (outcome, _server) = tokio::join!(client.exchange(request, &mut reply), serve);
        let refused = Outcome::Completed {
            status: 413,
            bytes: 0,
        };
        assert_eq!(outcome, refused);
        assert!(!client.reusable());
    }
}

#[tokio::test]
async fn a_big_request_is_written_while_the_server_reads_slowly_in_one_part_or_in_two() {
    for ours in Ours::WAYS {
        // No two pieces of it are the same, so that a wrong one would be noticed.
        let body: Vec<u8> = (0..1_u32 << 20).flat_map(u32::to_be_bytes).collect();
        let length = body.len();
        let head = format!("PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n");
        let whole = [head.as_bytes(), &body].concat();
        let body = Bytes::from(body);
        for (bytes, body) in [(&whole[..], None), (head.as_bytes(), Some(&body))] {
            let (client, mut server) = pair().await;
            let mut client = ours(client);
            let serve = async {
                let mut read = Vec::new();
                while read.len() < whole.len() {
                    tokio::task::yield_now().await;
                    let some = (&mut server).take(64 << 10).read_buf(&mut read).await;
                    assert!(some.unwrap() > 0);
                }
                assert!(read == whole);
                send(&mut server, REPLY).await;
            };
            let request = Rendered {
                bytes,
                body,
                head: false,
            };
            let mut reply = Reply::default();
            let (outcome, ()) = tokio::join!(client.exchange(request, &mut reply), serve);
            assert_eq!(outcome, OK);
            assert!(client.reusable());
        }
    }
}

#[tokio::test]
async fn bytes_behind_a_reply_are_told() {
    for ours in Ours::WAYS {
        let (client, mut server) = pair().await;
        let mut client = ours(client);
        let serve = async {
            read_request(&mut server).await;
            send(&mut server, &[REPLY, b"x"].concat()).await;
        };
        let mut reply = Reply::default();
        let (outcome, ()) = tokio::join!(client.exchange(REQUEST, &mut reply), serve);
        assert_eq!(outcome, OK);
        assert!(reply.surplus && !client.reusable());
    }
}

#[tokio::test]
async fn a_unix_socket_carries_exchanges_too() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let connect = UnixConnect::new(path);
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        for _ in 0..2 {
            assert!(read_request(&mut stream).await);
            send(&mut stream, REPLY).await;
        }
    };
    let client = async {
        let mut client = connect.connect().await.unwrap();
        for _ in 0..2 {
            assert_eq!(exchange(&mut client).await, OK);
            assert!(client.reusable());
        }
    };
    tokio::join!(serve, client);
}
