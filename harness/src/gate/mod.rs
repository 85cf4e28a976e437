//! From findings to a verdict and an exit code.

pub mod exit;
pub mod policy;

pub use policy::decide;
