//! Everything that is wrong with the settings, collected.

/// Mistakes so far, each naming its flag and variable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mistakes(Vec<String>);

impl Mistakes {
    /// One more, unless it is known: two profiles may read the same setting.
    pub fn push(&mut self, mistake: impl Into<String>) {
        let mistake = mistake.into();
        if !self.0.contains(&mistake) {
            self.0.push(mistake);
        }
    }

    /// The good value, or one more mistake.
    pub fn note<T>(&mut self, checked: Result<T, String>) -> Option<T> {
        checked.map_err(|mistake| self.push(mistake)).ok()
    }

    /// A whole number.
    pub fn number(&mut self, setting: &str, text: &str) -> Option<u64> {
        self.note(
            text.parse().map_err(|error| {
                format!("{setting}: `{text}` is no whole number ({error}); try 1")
            }),
        )
    }

    /// A share of requests, `0..=1`.
    pub fn ratio(&mut self, setting: &str, text: &str) -> Option<f64> {
        let ratio: Option<f64> = text.parse().ok();
        let checked = ratio.filter(|ratio| (0.0..=1.0).contains(ratio));
        self.note(
            checked
                .ok_or_else(|| format!("{setting}: `{text}` is no number from 0 to 1; try 0.01")),
        )
    }

    /// An address to listen on.
    pub fn address(&mut self, setting: &str, text: &str) -> Option<std::net::SocketAddr> {
        self.note(text.parse().map_err(|error| {
            format!("{setting}: `{text}` is no IP address with port ({error}); try 127.0.0.1:0")
        }))
    }

    /// All of them, in the order in which they were found.
    pub fn into_vec(self) -> Vec<String> {
        self.0
    }
}

impl From<Vec<String>> for Mistakes {
    fn from(mistakes: Vec<String>) -> Self {
        Self(mistakes)
    }
}
