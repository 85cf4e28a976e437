//! `sloproof explain`.

const EXAMPLES: &str = "Examples:
  sloproof explain                     all checks and lints, a line each
  sloproof explain requests/count      what it proves, what a failure means
  sloproof explain slow-reset          what a lint finds, and the fix
  sloproof explain alerts/fired | less";

/// Say what a check proves or a lint finds, and what to do
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The id of a check or lint, e.g. requests/count; none lists all
    pub(super) check: Option<String>,
}
