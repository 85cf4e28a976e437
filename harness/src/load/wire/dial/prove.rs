//! Whether a target is there and speaks what it is meant to, found out before any load.

use std::io;

use rustls::pki_types::ServerName;
use rustls::{AlertDescription, CertificateError};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;

use super::{DialError, Protocol, Reach, Way};
use crate::load::wire::http1::{TcpConnect, is_tls};
use crate::load::wire::tls::Trust;

/// How a client begins HTTP/2 (RFC 9113, section 3.4): the preface, and a SETTINGS frame that sets nothing.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// Length, type, flags and stream of a frame (RFC 9113, section 4.1).
const FRAME_HEADER: u64 = 9;

/// The type of a SETTINGS frame, with which a server begins.
const SETTINGS: u8 = 4;

impl Reach {
    /// Opens one connection and sends no request: a service that is down, a certificate that is not trusted or a protocol
    /// that is not spoken would fail every request of a load, and none of them would say why.
    ///
    /// A server of cleartext HTTP/1.1 says nothing before it is asked, so that it need only be there. Takes as long as the
    /// server does: the limit is the caller's.
    pub async fn prove(&self) -> Result<(), DialError> {
        let http2 = self.settings.protocol != Protocol::Http1;
        match &self.way {
            Way::Tls(tcp, tls, name) => self.prove_tls(tcp, tls, name).await,
            Way::Tcp(tcp) => {
                let socket = tcp.open().await.map_err(|why| self.refused(why))?;
                if http2 {
                    return self.prove_http2(socket).await;
                }
                Ok(())
            }
            Way::Unix(unix) => {
                let socket = unix.open().await.map_err(|why| self.refused(why))?;
                if http2 {
                    return self.prove_http2(socket).await;
                }
                Ok(())
            }
        }
    }

    fn refused(&self, source: io::Error) -> DialError {
        let at = self.at.clone();
        DialError::Refused { at, source }
    }

    async fn prove_http2(
        &self,
        mut socket: impl AsyncRead + AsyncWrite + Unpin,
    ) -> Result<(), DialError> {
        let mut answer = Vec::new();
        // A server that breaks off instead has answered as well.
        if socket.write_all(PREFACE).await.is_ok() {
            let mut first = socket.take(FRAME_HEADER);
            let _ = first.read_to_end(&mut answer).await;
        }
        let at = self.at.clone();
        match answer[..] {
            [_, _, _, SETTINGS, _, 0, 0, 0, 0] => Ok(()),
            _ if is_tls(&answer) => Err(DialError::SpeaksTls { at }),
            _ => Err(DialError::NoCleartextHttp2 { at }),
        }
    }

    async fn prove_tls(
        &self,
        tcp: &TcpConnect,
        tls: &TlsConnector,
        name: &ServerName<'static>,
    ) -> Result<(), DialError> {
        let socket = tcp.open().await.map_err(|why| self.refused(why))?;
        let host = name.to_str().into_owned();
        let source = match tls.connect(name.clone(), socket).await {
            Ok(stream) => {
                let spoken = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                return match self.settings.protocol {
                    Protocol::Http2 { .. } if !spoken => Err(DialError::NoHttp2 { host }),
                    _ => Ok(()),
                };
            }
            Err(error) => error,
        };
        match source.downcast::<rustls::Error>() {
            Ok(
                rustls::Error::NoApplicationProtocol
                | rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol),
            ) => Err(DialError::NoHttp2 { host }),
            Ok(rustls::Error::InvalidCertificate(why)) => Err(DialError::Certificate {
                host,
                remedy: remedy(&why, &self.settings.trust),
                source: rustls::Error::InvalidCertificate(why),
            }),
            Ok(source) => Err(DialError::Handshake {
                host,
                source: io::Error::other(source),
            }),
            Err(source) => Err(DialError::Handshake { host, source }),
        }
    }
}

/// What to do about a certificate that is not trusted.
fn remedy(why: &CertificateError, trust: &Trust) -> String {
    let otherwise = "or trust any certificate with --insecure or `target.insecure`";
    // Another authority of the same name has another key.
    let of_another = matches!(
        why,
        CertificateError::UnknownIssuer | CertificateError::BadSignature
    );
    let first = match (why, trust) {
        (_, Trust::File(file)) if of_another => format!(
            "{} does not hold the authority that issued it: name the file that does",
            file.display()
        ),
        _ if of_another => "name its authority with --cacert FILE or `target.caFile`".to_owned(),
        // The library has no variant for it; what it hands on is named so.
        (CertificateError::Other(other), _)
            if format!("{other:?}").contains("CaUsedAsEndEntity") =>
        {
            "it is a CA certificate used as the server's own: issue a server certificate from it"
                .to_owned()
        }
        _ => "give the server one that is valid for this name and time".to_owned(),
    };
    format!("{first}, {otherwise}")
}
