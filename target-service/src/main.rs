//! Reference service.
fn main() {}
