//! Why a request failed, handed from where it is known to the log line.

/// Travels as a response extension, never on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// One word out of a fixed set: safe to group by.
    pub kind: &'static str,
    /// The chain of causes below, when there is one; never a key or a value.
    pub cause: Option<String>,
}
