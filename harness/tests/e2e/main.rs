//! The product end to end: the real program, the real service, real Prometheus, Alertmanager and Loki.
//!
//! The tests of this binary run one at a time: each wants the machine to itself. A run that came out INVALID because
//! the machine was busy may be repeated, twice at most, and says so; one that came out PASS or FAIL wrongly may not.

mod broken;
mod logs;
mod oracle;
mod run;
mod shipped;
mod stack;
mod yours;
