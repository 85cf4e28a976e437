//! A worker: one thread with its own event loop, connections and records, and its own stripe of the schedule.
//!
//! Workers share nothing but the clock's zero and the flag that stops them, so the cost of a request does not grow
//! with their number.
//!
//! - [`source`] says which arrival is next; [`pace`] waits for its time; a [`crew`] has the places, each with one request
//!   in flight at a time, on a connection of its own, rendered by one of the [`renderers`]: [`sockets`] where plain
//!   HTTP/1.1 is spoken, [`tasks`] for all else and for journeys, with [`alarms`] between their steps; [`shift`] is what
//!   all of a worker share; [`thread`] runs it, and [`unsent`] accounts for what is left at the end.
//!
//! A place that becomes free takes the next arrival that is due, so the schedule itself is the queue: late arrivals
//! wait in it, in order, and cost no memory.

mod alarms;
mod crew;
mod pace;
mod renderers;
mod shift;
#[cfg(target_os = "linux")]
mod sockets;
mod source;
mod tasks;
mod thread;
mod timer;
mod unsent;

#[cfg(test)]
mod tests;

pub(super) use source::Source;
pub(super) use thread::{Report, Task, work};
