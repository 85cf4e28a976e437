//! Which names and labels the HTTP metrics have.

/// A set of HTTP metrics. Everything else is the same in both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Exact status, route template, objectives among the bounds.
    #[default]
    Native,
    /// The metrics of the original `DumbKV`: status by class, `handler`, sizes, coarse latency by route.
    DumbKv,
}

impl Dialect {
    /// The `compat` label of `target_build_info`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::DumbKv => "dumbkv",
        }
    }

    /// Name of the label that holds the route.
    pub(super) const fn route_label(self) -> &'static str {
        match self {
            Self::Native => "route",
            Self::DumbKv => "handler",
        }
    }

    /// Value of the `status` label.
    pub(super) fn status_label(self, status: u16) -> String {
        match self {
            Self::Native => status.to_string(),
            Self::DumbKv => class(status).to_owned(),
        }
    }
}

/// A status by its class.
pub(super) const fn class(status: u16) -> &'static str {
    match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
