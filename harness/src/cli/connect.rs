//! How to connect to a service: flags of every command that sends load to an address.

use std::path::PathBuf;

use crate::app::load::ConnectPlan;

/// TLS and the protocol.
#[derive(Debug, clap::Args)]
pub(super) struct Connect {
    /// For https: trust the certificate authorities of this PEM file and no others
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    cacert: Option<PathBuf>,
    /// For https: trust any certificate; for test systems only
    #[arg(short = 'k', long)]
    insecure: bool,
    /// Speak HTTP/2 rather than HTTP/1.1; it is never negotiated
    #[arg(long)]
    http2: bool,
}

impl Connect {
    pub(super) fn plan(self) -> ConnectPlan {
        ConnectPlan {
            ca_file: self.cacert,
            insecure: self.insecure,
            http2: self.http2,
        }
    }
}
