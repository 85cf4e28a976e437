//! `sloproof explain`.

const EXAMPLES: &str = "Examples:
  sloproof explain                     all checks, a line each
  sloproof explain requests/count      what it proves, what a failure means
  sloproof explain alerts/fired | less";

/// Say what a check proves, what a failure means, and what to do
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A check's id, e.g. requests/count; none lists all
    pub(super) check: Option<String>,
}
