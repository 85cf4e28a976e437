//! sloproof.
fn main() {}
