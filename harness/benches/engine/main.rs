//! The load engine beside wrk, hey and oha: one run, the server on one core and the client on another.
//!
//! `cargo bench -p sloproof --bench engine` prints tables and writes them into `docs/measurements/`. Tools that are not
//! installed are left out, and it says how to install them. In the environment:
//!
//! - `ENGINE_ROUNDS` (5) and `ENGINE_SECONDS` (4): how often and how long each tool runs;
//! - `ENGINE_REALTIME=1`: server and clients under the real-time scheduler, so that other programs of the machine do
//!   not disturb them; needs the right to it.
#![forbid(unsafe_code)]

mod client;
mod closed;
mod open;
mod page;
mod serve;
mod server;
mod stall;
mod tool;

use client::Bench;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for argument in std::env::args() {
        match argument.as_str() {
            serve::AWAKE => return Ok(serve::serve(true)?),
            serve::ASLEEP => return Ok(serve::serve(false)?),
            stall::FLAG => return Ok(stall::serve()?),
            _ => {}
        }
    }
    let bench = Bench::new()?;
    println!("{}", bench.describe());
    let tools = tool::installed();
    let closed = closed::run(&bench, &tools, serve::AWAKE)?;
    println!("\n{}", closed.table());
    let asleep = closed::run(&bench, &tools, serve::ASLEEP)?;
    println!("\n{}", asleep.table());
    let open = open::run(&bench, &tools, closed.half_of_wrk())?;
    println!("\n{}", open.table());
    let stall = stall::run(&bench, &tools)?;
    println!("\n{}", stall::table(&stall));
    let written = page::write(&bench, &[closed, asleep], &open, &stall)?;
    println!("\nwritten to {}", written.display());
    Ok(())
}
