//! HTTPS, HTTP/2 and Unix sockets, by the program.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

use crate::authority::Authority;
use crate::program::{Ended, Program};

/// A server that counts; gone when dropped.
struct Server {
    address: String,
    /// Requests by HTTP/1.1 and by HTTP/2.
    seen: Arc<[AtomicU64; 2]>,
    _runtime: Runtime,
}

impl Server {
    /// Over TCP, and TLS if there is an acceptor.
    fn tcp(acceptor: Option<TlsAcceptor>, http2: bool) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seen = Arc::<[AtomicU64; 2]>::default();
        let counts = Arc::clone(&seen);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, counts) = (acceptor.clone(), Arc::clone(&counts));
                tokio::spawn(async move {
                    match acceptor {
                        None => serve(stream, http2, counts).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, http2, counts).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            address,
            seen,
            _runtime: runtime,
        }
    }

    fn unix(path: &Path, http2: bool) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = {
            let _entered = runtime.enter();
            UnixListener::bind(path).unwrap()
        };
        let seen = Arc::<[AtomicU64; 2]>::default();
        let counts = Arc::clone(&seen);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, http2, Arc::clone(&counts)));
            }
        });
        Self {
            address: path.display().to_string(),
            seen,
            _runtime: runtime,
        }
    }

    /// Requests by HTTP/1.1 and by HTTP/2.
    fn seen(&self) -> [u64; 2] {
        [0, 1].map(|i| self.seen[i].load(Ordering::SeqCst))
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    http2: bool,
    counts: Arc<[AtomicU64; 2]>,
) {
    let service = service_fn(|request: Request<Incoming>| {
        let second = usize::from(request.version() == Version::HTTP_2);
        counts[second].fetch_add(1, Ordering::SeqCst);
        let found = request.uri().path() == "/v1/a";
        async move {
            let body = Full::new(Bytes::from_static(b"ok"));
            let status = if found { 200 } else { 404 };
            Ok::<_, Infallible>(Response::builder().status(status).body(body).unwrap())
        }
    });
    let stream = TokioIo::new(stream);
    // The client leaves when it likes.
    if http2 {
        let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        let _ = server.serve_connection(stream, service).await;
    } else {
        let server = hyper::server::conn::http1::Builder::new();
        let _ = server.serve_connection(stream, service).await;
    }
}

/// 50 requests in a second.
fn load(url: &str, args: &[&str]) -> Ended {
    let all = [&[url, "-r", "50", "-d", "1s", "--timeout", "20s"], args].concat();
    Program::start(&all, &[]).end()
}

fn assert_all_answered(ended: &Ended) {
    let outcomes = ended.outcomes();
    assert_eq!(
        outcomes.completed.get(&200),
        Some(&50),
        "{outcomes:?}\n{}",
        ended.told
    );
    assert_eq!(ended.code, Some(ended.verdict_code()));
}

#[test]
fn https_is_loaded_when_its_authority_is_named_or_anybody_is_trusted() {
    let authority = Authority::new(b"http/1.1");
    let server = Server::tcp(Some(authority.acceptor.clone()), false);
    let url = format!("https://{}/v1/a", server.address);
    assert_all_answered(&load(&url, &["--cacert", &authority.file()]));
    assert_all_answered(&load(&url, &["--insecure"]));
    let args = [url.as_str(), "-r", "50", "-d", "1s", "--timeout", "20s"];
    let file = authority.file();
    let by_variable = Program::start_with(&args, &[], &[("SSL_CERT_FILE", &file)]);
    assert_all_answered(&by_variable.end());
    assert_eq!(server.seen(), [150, 0]);
}

#[test]
fn a_certificate_of_another_authority_is_an_error_that_says_so_and_no_request_is_sent() {
    let (authority, other) = (Authority::new(b"http/1.1"), Authority::new(b"http/1.1"));
    let server = Server::tcp(Some(authority.acceptor.clone()), false);
    let url = format!("https://{}/v1/a", server.address);
    load(&url, &[]).assert_refused(
        "the certificate of `127.0.0.1` is not trusted; name its authority with --cacert FILE",
    );
    let ended = load(&url, &["--cacert", &other.file()]);
    ended.assert_refused("does not hold the authority that issued it");
    assert!(!ended.told.contains("--cacert"), "{}", ended.told);
    // Right authority, another name.
    let url = format!(
        "https://localhost:{}/v1/a",
        server.address.rsplit(':').next().unwrap()
    );
    let ended = load(&url, &["--cacert", &authority.file()]);
    ended.assert_refused("the certificate of `localhost` is not trusted");
    assert_eq!(server.seen(), [0, 0]);
}

#[test]
fn an_authority_s_certificate_used_as_the_server_s_own_is_told_as_such() {
    let authority = Authority::self_signed(b"http/1.1");
    let server = Server::tcp(Some(authority.acceptor.clone()), false);
    let url = format!("https://{}/v1/a", server.address);
    let ended = load(&url, &["--cacert", &authority.file()]);
    ended.assert_refused(
        "it is a CA certificate used as the server's own: issue a server certificate",
    );
    assert!(!ended.told.contains("--cacert"), "{}", ended.told);
    assert_all_answered(&load(&url, &["-k"]));
}

#[test]
fn http2_is_spoken_over_tls_and_by_prior_knowledge() {
    let authority = Authority::new(b"h2");
    let server = Server::tcp(Some(authority.acceptor.clone()), true);
    let url = format!("https://{}/v1/a", server.address);
    assert_all_answered(&load(&url, &["--http2", "--cacert", &authority.file()]));
    assert_eq!(server.seen(), [0, 50]);
    let plain = Server::tcp(None, true);
    let url = format!("http://{}/v1/a", plain.address);
    assert_all_answered(&load(&url, &["--http2"]));
    assert_eq!(plain.seen(), [0, 50]);
}

#[test]
fn what_speaks_neither_http2_nor_tls_is_told_before_any_load() {
    let authority = Authority::new(b"http/1.1");
    let server = Server::tcp(Some(authority.acceptor.clone()), false);
    let url = format!("https://{}/v1/a", server.address);
    load(&url, &["--http2", "-k"]).assert_refused("`127.0.0.1` does not speak HTTP/2 over TLS");
    let plain = Server::tcp(None, false);
    let url = format!("https://{}/v1/a", plain.address);
    load(&url, &["-k"]).assert_refused("cannot speak TLS with `127.0.0.1`");
    let url = format!("http://{}/v1/a", plain.address);
    load(&url, &["--http2"])
        .assert_refused("does not speak HTTP/2 in cleartext; leave out --http2");
    let url = format!("http://{}/v1/a", server.address);
    load(&url, &["--http2"]).assert_refused("answers in TLS; write https:// instead of http://");
    assert_eq!((server.seen(), plain.seen()), ([0, 0], [0, 0]));
}

#[test]
fn cleartext_to_a_port_of_tls_is_told_by_the_first_request_that_broke() {
    let authority = Authority::new(b"http/1.1");
    let server = Server::tcp(Some(authority.acceptor.clone()), false);
    let ended = load(&format!("http://{}/v1/a", server.address), &[]);
    // A machine that is busy with other things cannot tell; the cause is told all the same.
    assert_eq!(ended.code, Some(ended.verdict_code()));
    assert!(matches!(ended.code, Some(1 | 3)), "{}", ended.told);
    let told = ended.finding("budget/objective", "request");
    let observed = told["observed"].as_str().unwrap();
    assert!(
        observed.contains("the server answers in TLS; write https://"),
        "{told}"
    );
    assert!(!told.to_string().contains("name an objective"), "{told}");
}

#[test]
fn a_target_that_is_not_there_is_told_before_any_load() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for scheme in ["http", "https"] {
        let at = format!("{scheme}://{address}");
        let told = format!("nothing accepts connections at {at}; start the service, or correct");
        load(&format!("{at}/v1/a"), &["-k"]).assert_refused(&told);
    }
    load("unix:/nowhere/kv.sock:/v1/a", &[])
        .assert_refused("nothing accepts connections at unix:/nowhere/kv.sock; start the service");
    let scenario = format!(
        "apiVersion: sloproof.dev/v1\nkind: Scenario\nmetadata: {{ name: down, purpose: nobody is there }}\nspec:\n  \
         target: {{ url: \"http://{address}\" }}\n  telemetry: {{}}\n  load:\n    \
         routes: [{{ name: get, request: GET /v1/a }}]\n    phases: [{{ name: only, duration: 1s, rate: 50/s }}]\n"
    );
    let ended = Program::run("down.yaml", &[("down.yaml", &scenario)]).end();
    ended.assert_refused("nothing accepts connections at http://127.0.0.1:");
}

#[test]
fn a_ca_file_that_is_none_is_told_before_any_load() {
    let missing = PathBuf::from("/nowhere/ca.pem").display().to_string();
    let ended = load("https://127.0.0.1:1/", &["--cacert", &missing]);
    ended.assert_refused("cannot read certificates from /nowhere/ca.pem");
}

#[test]
fn a_unix_socket_is_loaded_by_its_path() {
    let folder = tempfile::tempdir().unwrap();
    for (prefix, http2) in [("unix:", false), ("unix://", true)] {
        let server = Server::unix(&folder.path().join(format!("{http2}.sock")), http2);
        let url = format!("{prefix}{}:/v1/a", server.address);
        let args: &[&str] = if http2 { &["--http2"] } else { &[] };
        assert_all_answered(&load(&url, args));
        assert_eq!(server.seen()[usize::from(http2)], 50);
    }
}

#[test]
fn a_scenario_names_its_authority_beside_its_target() {
    let authority = Authority::new(b"h2");
    let server = Server::tcp(Some(authority.acceptor.clone()), true);
    let pem = std::fs::read_to_string(authority.file()).unwrap();
    let scenario = format!(
        "apiVersion: sloproof.dev/v1\nkind: Scenario\nmetadata: {{ name: secure, purpose: over TLS }}\nspec:\n  \
         target: {{ url: \"https://{}\", caFile: ca.pem, http2: true }}\n  telemetry: {{}}\n  load:\n    \
         routes: [{{ name: get, request: GET /v1/a }}]\n    phases: [{{ name: only, duration: 1s, rate: 50/s }}]\n",
        server.address
    );
    let files = [("secure.yaml", scenario.as_str()), ("ca.pem", &pem)];
    assert_all_answered(&Program::start(&["secure.yaml"], &files).end());
    assert_eq!(server.seen(), [0, 50]);
}
