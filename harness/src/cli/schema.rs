//! `sloproof schema`.

const EXAMPLES: &str = "Examples:
  sloproof schema > scenario-v1.json
  sloproof schema | jq '.properties | keys'
  sloproof schema | diff docs/schema/scenario-v1.json -

An editor with a YAML language server completes and checks a scenario that begins:
  # yaml-language-server: $schema=../docs/schema/scenario-v1.json";

/// Print the JSON Schema of scenario files
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {}
