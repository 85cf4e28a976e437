//! The program as its users meet it: what they type, what they read, and the exit code. No server is started.
#![forbid(unsafe_code)]

mod help;
mod manners;
mod place;
mod run_directory;
mod scenario;
mod stack;
