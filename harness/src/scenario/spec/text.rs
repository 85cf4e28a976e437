//! Quantities as they are written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! text {
    ($(#[$doc:meta])* $name:ident) => {
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        $(#[$doc])*
        pub struct $name(pub String);

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

text! {
    /// A length of time, such as `250ms`, `20s` or `1m30s`.
    #[schemars(extend("pattern" = "^([0-9]+(ms|y|w|d|h|m|s))+$|^0$"))]
    DurationText
}
text! {
    /// A rate, such as `200/s`, `0.5/s` or `30/m`.
    #[schemars(extend("pattern" = "^[0-9][0-9_]*([.][0-9]+)?/[smh]$"))]
    RateText
}
text! {
    /// A share, such as `15%`.
    #[schemars(extend("pattern" = "^[0-9]+([.][0-9]+)?%$"))]
    PercentText
}
text! {
    /// An HTTP status or a class of them: `404`, `5xx`.
    #[schemars(extend("type" = ["string", "integer"], "pattern" = "^[1-5]([0-9][0-9]|xx)$"))]
    StatusText
}
