//! What became of one planned arrival.

use serde::{Deserialize, Serialize};

/// Exactly one of these is recorded for each planned arrival.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A whole response arrived.
    Completed {
        /// HTTP status code as it stood on the wire.
        status: u16,
        /// Bytes of the response body.
        bytes: u64,
    },
    /// No whole response within the time-out, or until the run was cut short. The server may or may not have counted it.
    TimedOut,
    /// No connection: refused, unreachable, or a failed handshake. The server cannot have seen the request.
    ConnectFailed,
    /// The connection broke or the answer was not HTTP. The server may or may not have counted it.
    Broken {
        /// What went wrong, in the client's words.
        why: String,
    },
    /// The generator never sent it.
    NotSent {
        /// Why not.
        why: NotSent,
    },
}

/// Why the generator did not send an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotSent {
    /// The run's time was over before its turn came: the generator was behind.
    Behind,
    /// The run was interrupted.
    Interrupted,
    /// It is a step of a journey, and the step before it was not sent, failed, or took beyond the run's time. No fault of
    /// the generator, and no failure of its own: the step before was the one.
    StepBefore,
    /// It is a step of a journey, and the reply to the step before it, good by its status, lacked a value that was to be
    /// extracted. No fault of the generator, and a failure: no other step has it.
    NoValue,
    /// Its feeder gives each row once, and every row was given.
    NoRow,
}
