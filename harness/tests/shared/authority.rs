//! Certificates of the tests' own, for every test program that speaks TLS.

use std::sync::Arc;

use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

/// An authority of our own, its certificate in a file, and a server's acceptor for `127.0.0.1`.
pub(crate) struct Authority {
    folder: TempDir,
    pub(crate) acceptor: TlsAcceptor,
}

impl Authority {
    /// Its server speaks this protocol.
    pub(crate) fn new(alpn: &[u8]) -> Self {
        let (params, key, certificate) = own();
        let issuer = Issuer::new(params, key);
        let server_key = KeyPair::generate().unwrap();
        let server = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let server = server.signed_by(&server_key, &issuer).unwrap();
        Self::with(&certificate, &server, &server_key, alpn)
    }

    /// Its own certificate is also its server's, as `openssl req -x509` makes them.
    #[allow(dead_code, reason = "not every test program that speaks TLS needs one")]
    pub(crate) fn self_signed(alpn: &[u8]) -> Self {
        let (_, key, certificate) = own();
        Self::with(&certificate, &certificate, &key, alpn)
    }

    fn with(own: &Certificate, server: &Certificate, server_key: &KeyPair, alpn: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), own.pem()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![server.der().clone()],
                PrivateKeyDer::Pkcs8(server_key.serialize_der().into()),
            )
            .unwrap();
        config.alpn_protocols = vec![alpn.to_vec()];
        Self {
            folder,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        }
    }

    /// The file of its certificate.
    pub(crate) fn file(&self) -> String {
        self.folder.path().join("ca.pem").display().to_string()
    }
}

fn own() -> (CertificateParams, KeyPair, Certificate) {
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (params, key, certificate)
}
