//! Why a panel's query cannot be asked.

/// A defect of the dashboard, or a value that only the scenario can give.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InterpolationError {
    /// Grafana would send the name as written.
    #[error("the dashboard has no variable `{variable}`")]
    Undefined {
        /// Its name, without `$`.
        variable: String,
    },
    /// Neither the file nor the scenario chooses a value.
    #[error("variable `{variable}` has no value")]
    NoValue {
        /// Its name.
        variable: String,
    },
    /// More than one value where only one can be chosen.
    #[error("variable `{variable}` takes one value, {given} are given")]
    SeveralValues {
        /// Its name.
        variable: String,
        /// How many are given.
        given: usize,
    },
    /// Grafana knows it, or would leave it as written; it has no meaning before the run.
    #[error("`{what}` is not supported")]
    NotSupported {
        /// As written in the expression.
        what: String,
    },
    /// Grafana's Loki data source does not know it.
    #[error("`$__rate_interval` is not replaced in a Loki query")]
    RateIntervalInLoki,
    /// `:regex` escapes once; inside double quotes the engine needs it twice.
    #[error("`${{{variable}:regex}}` inside double quotes yields an invalid escape")]
    RegexInQuotes {
        /// Its name.
        variable: String,
    },
}

impl InterpolationError {
    /// What to change.
    pub fn remedy(&self) -> String {
        match self {
            Self::Undefined { variable } => {
                format!("add variable `{variable}` to the dashboard, or correct the name")
            }
            Self::NoValue { .. } | Self::SeveralValues { .. } => {
                "name its value in the scenario: dashboards[].variables".into()
            }
            Self::NotSupported { .. } => {
                "use $__interval, $__rate_interval, $__range or a variable of the dashboard".into()
            }
            Self::RateIntervalInLoki => "write $__auto (or $__interval) instead".into(),
            Self::RegexInQuotes { variable } => {
                format!("write ${variable}, or put the matcher's value in backticks")
            }
        }
    }
}
