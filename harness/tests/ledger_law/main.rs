//! The program against servers that answer, stall, die, reset and close, and interrupted at any moment: whatever
//! happens, its ledger is there, is whole, and holds exactly one outcome for each planned arrival.
#![forbid(unsafe_code)]

#[path = "../shared/authority.rs"]
mod authority;
mod interrupts;
mod journeys;
mod program;
mod secure;
mod server;
mod troubles;
