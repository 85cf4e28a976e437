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
        reach.prove().await?;
        let opened = reach.dial().connect().await;
        opened.map_or_else(|_| Err(ProbeError::Refused { url: own() }), |_| Ok(()))
    };
    match tokio::time::timeout(PATIENCE, opened).await {
        Ok(opened) => opened,
        Err(_) => Err(ProbeError::Silent { url: own() }),
    }
}
