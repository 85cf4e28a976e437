//! Black-box tests of the service: over its router, over sockets, and of the program itself.

#![expect(
    clippy::float_cmp,
    reason = "samples are counts, and whole numbers are exact in f64"
)]

mod binary;
mod bodies;
mod conservation;
mod docs;
