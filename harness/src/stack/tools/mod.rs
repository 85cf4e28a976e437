//! Find the tools that the stack runs, or build them.
//!
//! Order of the search, for each tool: explicit path → cache → PATH (exact version) → Go build from
//! the module that is pinned, with its checksums, in this binary. A build fills the cache, so it
//! happens once a machine.

mod build;
mod cache;
mod catalogue;
mod error;
mod find;
mod go;
mod version;

pub use catalogue::{GoModule, Tool};
pub use error::ToolError;
pub use find::{Located, Origin, Search, Toolbox, locate};
