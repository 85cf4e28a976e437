//! Why a stack can't be had, changed or ended.

use std::io;
use std::path::PathBuf;

use super::child::ChildError;
use super::component::Component;
use super::layout::LayoutError;
use super::rules::RulesError;
use super::state::StateError;
use super::tools::{Tool, ToolError};

/// What goes wrong with a stack as a whole, and a way up for the errors of its parts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StackError {
    /// A tool can't be found or built.
    #[error(transparent)]
    Tool(#[from] ToolError),
    /// A process doesn't start.
    #[error(transparent)]
    Child(#[from] ChildError),
    /// The working directory can't be made or removed.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The state can't be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// Rules can't be installed.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// A toolbox was handed over without one of the servers.
    #[error("no {tool} among the tools that the stack was given: this is a bug of sloproof")]
    NoTool {
        /// The server.
        tool: Tool,
    },
    /// No free port on loopback.
    #[error("cannot find free ports on 127.0.0.1")]
    Ports(#[source] io::Error),
    /// The HTTP client can't be made.
    #[error("cannot make an HTTP client for the stack's servers")]
    Client(#[source] reqwest::Error),
    /// A template of ours is broken.
    #[error("cannot write the configuration of {component}: this is a bug of sloproof")]
    Template {
        /// Whose configuration.
        component: Component,
        /// Where and why.
        source: minijinja::Error,
    },
    /// This system has no usable `/proc`.
    #[error("cannot identify the own process in /proc: the local stack needs Linux")]
    NoProc,
    /// Another stack holds the state file.
    #[error("a stack is already up (state file {}); see `sloproof stack status`, \
         end it with `sloproof stack down`", state_file.display())]
    AlreadyUp {
        /// The state file.
        state_file: PathBuf,
    },
    /// A supervisor was started without a state file to record its stack in.
    #[error("a supervisor needs a state file: this is a bug of sloproof")]
    NoStateFile,
    /// A component of a supervised stack died; the stack was ended.
    #[error("{component} ended with {status}, so the stack was ended; its last lines:\n{log}")]
    ComponentDied {
        /// The component.
        component: Component,
        /// How it ended, for people.
        status: String,
        /// The end of its log.
        log: String,
    },
    /// The supervisor can't be started.
    #[error("cannot start the supervisor {}", exe.display())]
    Detach {
        /// The program.
        exe: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The supervisor ended before the stack was ready.
    #[error("the supervisor ended with {status} before the stack was ready; \
         its last lines ({}):\n{text}", log.display())]
    SupervisorEnded {
        /// How it ended, for people.
        status: String,
        /// Its log file.
        log: PathBuf,
        /// The end of it.
        text: String,
    },
    /// The supervisor runs and the stack isn't ready in time; it was ended.
    #[error("the stack wasn't ready after {} s and was ended; \
         the supervisor's last lines ({}):\n{text}", seconds, log.display())]
    SupervisorSlow {
        /// How long it was given.
        seconds: u64,
        /// Its log file.
        log: PathBuf,
        /// The end of it.
        text: String,
    },
    /// The supervisor doesn't react.
    #[error("cannot listen for signals")]
    Signals(#[source] io::Error),
}
