//! Whether anything is there to be loaded.

use std::time::Duration;

use super::Failure;
use crate::load::wire::dial::{DialError, Reach, Settings};
use crate::load::wire::place::{Place, PlaceError};
use crate::scenario::plan::ConnectPlan;

/// So long a first connection may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why no load can be sent there.
#[derive(Debug, thiserror::Error)]
enum ProbeError {
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error(transparent)]
    Dial(#[from] DialError),
    #[error(
        "{url} did not answer a first connection within {} s; see whether a firewall is between, and what is spoken there",
        PATIENCE.as_secs()
    )]
    Silent { url: String },
}

/// Opens one connection, sends no request, and closes it again.
pub(super) async fn reachable(url: &str, connect: &ConnectPlan) -> Result<(), Failure> {
    let find = async {
        let reach = Reach::find(&Place::parse(url)?, &Settings::from(connect)).await?;
        Ok::<_, ProbeError>(reach)
    };
    proved(&find.await.map_err(Failure::usage)?, url).await
}

/// The same by what was found already.
pub(super) async fn proved(reach: &Reach, url: &str) -> Result<(), Failure> {
    match tokio::time::timeout(PATIENCE, reach.prove()).await {
        Ok(proved) => proved.map_err(Failure::usage),
        Err(_) => Err(Failure::usage(ProbeError::Silent {
            url: url.to_owned(),
        })),
    }
}
