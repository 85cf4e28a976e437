//! What both databases have in common: rows of counts, and which errors mean "not now".

use sqlx::Error;

use crate::events::domain::{StoreError, Tally, Totals};

/// SQL knows no unsigned numbers. A count never gets near the limit of either type.
pub(super) fn signed(tally: Tally) -> (i64, i64) {
    (tally.delivered as i64, tally.bounced as i64)
}

/// A row of `delivered, bounced`.
pub(super) fn tally((delivered, bounced): (i64, i64)) -> Result<Tally, StoreError> {
    Ok(Tally {
        delivered: unsigned(delivered)?,
        bounced: unsigned(bounced)?,
    })
}

/// A row of `domains, delivered, bounced`.
pub(super) fn totals((domains, delivered, bounced): (i64, i64, i64)) -> Result<Totals, StoreError> {
    Ok(Totals {
        domains: unsigned(domains)?,
        events: tally((delivered, bounced))?,
    })
}

fn unsigned(count: i64) -> Result<u64, StoreError> {
    u64::try_from(count).map_err(StoreError::failed)
}

/// Whether the database could not be asked, or was asked and failed.
pub(super) fn store_error(error: Error) -> StoreError {
    let unreachable = match &error {
        Error::Io(_)
        | Error::Tls(_)
        | Error::PoolTimedOut
        | Error::PoolClosed
        | Error::WorkerCrashed => true,
        Error::Database(told) => told.code().is_some_and(|code| is_not_now(&code)),
        _ => false,
    };
    if unreachable {
        StoreError::unreachable(error)
    } else {
        StoreError::failed(error)
    }
}

/// `SQLite`: busy (5) and locked (6), which have further codes above their lowest byte. `PostgreSQL`: no
/// connection (08...), too many of them (53300), a statement that took too long (57014), and shutting down,
/// crashed or starting (57P0x).
fn is_not_now(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(sqlite) if code.len() < 5 => matches!(sqlite & 0xff, 5 | 6),
        _ => {
            let of_the_moment = ["53300", "57014"].contains(&code);
            of_the_moment || code.starts_with("08") || code.starts_with("57P0")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_databases_are_told_apart() {
        for code in [
            "5", "6", "261", "517", "08006", "53300", "57014", "57P01", "57P03",
        ] {
            assert!(is_not_now(code), "{code}");
        }
        for code in ["1", "8", "19", "2067", "23505", "42P01", "53100", "25006"] {
            assert!(!is_not_now(code), "{code}");
        }
    }
}
