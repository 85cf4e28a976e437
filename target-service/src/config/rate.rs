//! What one client may ask for.

use std::num::NonZeroU32;

use super::Mistakes;
use crate::http::Rate;

const LIMIT: &str = "--rate-limit (RATE_LIMIT)";
const BURST: &str = "--rate-burst (RATE_BURST)";

/// Raw settings of the limit per client.
#[derive(Debug, Clone, clap::Args)]
pub struct RateArgs {
    /// Requests per second of one client, by its address; more get 429. No limit unless set
    #[arg(long, env = "RATE_LIMIT", value_name = "N")]
    pub rate_limit: Option<String>,

    /// Requests of one client at once after a rest; as many as the rate limit unless set
    #[arg(long, env = "RATE_BURST", value_name = "N")]
    pub rate_burst: Option<String>,
}

impl RateArgs {
    /// `None`: no limit, or a mistake was noted.
    pub(super) fn check(&self, mistakes: &mut Mistakes) -> Option<Rate> {
        if self.rate_limit.is_none() && self.rate_burst.is_some() {
            mistakes.push(format!("{BURST}: means nothing without {LIMIT}"));
        }
        let mut positive = |setting, text: &Option<String>| {
            let number = mistakes.number(setting, text.as_deref()?)?;
            let number = u32::try_from(number).ok().and_then(NonZeroU32::new);
            let max = u32::MAX;
            mistakes
                .note(number.ok_or_else(|| format!("{setting}: must be from 1 to {max}; try 100")))
        };
        let burst = positive(BURST, &self.rate_burst);
        let per_second = positive(LIMIT, &self.rate_limit)?;
        Some(Rate {
            per_second,
            burst: burst.unwrap_or(per_second),
        })
    }
}
