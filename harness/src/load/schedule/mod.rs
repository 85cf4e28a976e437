//! The schedule: arrival number → intended time, phase and route. Pure; nothing is stored per arrival but what a
//! recorded list brings, and no clock is read.
//!
//! A phase of length D has a rate over time, one file per curve. Each knows `N(t)`, the expected number of arrivals up
//! to t, and its inverse; the phase has `round(N(D))` arrivals. Uniform: arrival j is due where `N(t) = j`.
//! Poisson: arrival j is due where `N(t)/N(D)` is the j-th of as many sorted random draws.
//!
//! Every arrival is a function of the seed and its number alone, so workers take every W-th number without a word to
//! each other, and any number of workers sends the same arrivals.

mod line;
mod poisson;
mod replay;
mod sine;
mod spans;
mod spike;
mod steps;
mod stretch;
mod stripe;
mod timetable;

pub use spans::{Span, Spans};
pub use stripe::{Arrival, Stripe};
pub use timetable::Schedule;
