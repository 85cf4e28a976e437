//! Whether anything is there to be loaded.

use std::time::Duration;

use crate::load::wire::Connect as _;
use crate::load::wire::dial::{DialError, Reach, Settings};
use crate::load::wire::place::{Place, PlaceError};
use crate::scenario::plan::ConnectPlan;

/// So long a first connection may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why nothing is there.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProbeError {
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error(transparent)]
    Dial(#[from] DialError),
    #[error("nothing accepts connections at {url}; start the service, or correct the address")]
    Refused { url: String },
    #[error("{url} did not accept a connection within {} s; see whether a firewall is between", PATIENCE.as_secs())]
    Silent { url: String },
}

/// Opens one connection and closes it again.
pub(super) async fn reachable(url: &str, connect: &ConnectPlan) -> Result<(), ProbeError> {
    let place = Place::parse(url)?;
    let reach = Reach::find(&place, &Settings::from(connect)).await?;
    let own = || url.to_owned();
    let opened = async {
        // A certificate that is not trusted is told as such.
        reach.prove().await?;
        reach
            .dial()
            .connect()
            .await
            .map_err(|_| ProbeError::Refused { url: own() })
    };
    match tokio::time::timeout(PATIENCE, opened).await {
        Ok(opened) => opened.map(drop),
        Err(_) => Err(ProbeError::Silent { url: own() }),
    }
}
