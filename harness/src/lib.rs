//! sloproof.
#![forbid(unsafe_code)]

pub mod stack;
