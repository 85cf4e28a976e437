//! sloproof.
#![forbid(unsafe_code)]
