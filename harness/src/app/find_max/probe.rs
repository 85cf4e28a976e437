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
    let dial = Reach::find(&place, &Settings::from(connect)).await?.dial();
    let own = || url.to_owned();
    match tokio::time::timeout(PATIENCE, dial.connect()).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(_)) => Err(ProbeError::Refused { url: own() }),
        Err(_) => Err(ProbeError::Silent { url: own() }),
    }
}
