//! What happened to one mail.

use std::fmt;

use super::DomainName;

/// One mail to a domain, delivered or bounced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Where it was sent to.
    pub domain: DomainName,
    /// What became of it.
    pub kind: EventKind,
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// The mail server took it.
    Delivered,
    /// It came back.
    Bounced,
}

impl EventKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Delivered, Self::Bounced];

    /// As in paths and labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
        }
    }

    /// The kind with this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
