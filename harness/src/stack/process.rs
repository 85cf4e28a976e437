//! A process named so that its successor can't be mistaken for it.

use std::fs;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process_group};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

/// How often a process that should end is looked at.
const POLL: Duration = Duration::from_millis(20);

/// A process id together with the time at which that process began: ids are given again, the pair
/// isn't.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessRef {
    /// The process id.
    pub pid: u32,
    /// Clock ticks between the machine's boot and the start of the process: field 22 of
    /// `/proc/<pid>/stat`.
    pub start_ticks: u64,
}

impl ProcessRef {
    /// The process that now has this id; `None` if there is none, or only its zombie.
    pub fn of(pid: u32) -> Option<Self> {
        Some(Self {
            pid,
            start_ticks: start_ticks(pid)?,
        })
    }

    /// This process.
    pub fn current() -> Option<Self> {
        Self::of(std::process::id())
    }

    /// Whether this very process still runs. A zombie doesn't.
    pub fn is_alive(self) -> bool {
        start_ticks(self.pid) == Some(self.start_ticks)
    }

    /// Sends a signal to this process alone, if it still runs.
    pub(crate) fn signal(self, signal: Signal) {
        if let Some(pid) = self.checked() {
            // It may end between the check and the call; then there is nothing to do.
            let _ = kill_process(pid, signal);
        }
    }

    /// Sends a signal to the group that this process leads, if it still runs.
    pub(crate) fn signal_group(self, signal: Signal) {
        if let Some(pid) = self.checked() {
            let _ = kill_process_group(pid, signal);
        }
    }

    /// Ends the group that this process leads: TERM, then KILL after `grace`. Returns whether it
    /// was running.
    pub(crate) async fn end_group(self, grace: Duration) -> bool {
        if !self.is_alive() {
            return false;
        }
        self.signal_group(Signal::TERM);
        if !self.gone_within(grace).await {
            self.signal_group(Signal::KILL);
            self.gone_within(Duration::from_secs(5)).await;
        }
        kill_rest_of_group(self.pid);
        true
    }

    /// Waits until the process is gone; `false` if it still runs after `limit`.
    pub(crate) async fn gone_within(self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        while self.is_alive() {
            if Instant::now() >= deadline {
                return false;
            }
            sleep(POLL).await;
        }
        true
    }

    fn checked(self) -> Option<Pid> {
        self.is_alive()
            .then(|| Pid::from_raw(self.pid.cast_signed()))
            .flatten()
    }
}

/// Kills what a leader that has just ended left in its group. To be called at once: while a member
/// lives the kernel doesn't give the leader's id to another process, afterwards it may.
pub(crate) fn kill_rest_of_group(leader: u32) {
    if let Some(group) = Pid::from_raw(leader.cast_signed())
        && test_kill_process_group(group).is_ok()
    {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

fn start_ticks(pid: u32) -> Option<u64> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Start time out of a stat line; `None` for a zombie. The command name may hold spaces and
/// parentheses, so fields are counted from the last `)`: state is field 3, the number of threads
/// field 20, start time field 22. A killed process shows as a zombie as soon as its first thread is
/// gone; it still holds its ports until the others are.
fn parse_stat(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let threads: u32 = fields.get(17)?.parse().ok()?;
    if matches!(fields[0], "Z" | "X") && threads <= 1 {
        return None;
    }
    fields.get(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "42 (a ) b) S 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2 3";

    #[test]
    fn start_time_is_read_behind_a_hostile_command_name() {
        assert_eq!(parse_stat(STAT), Some(987_654));
    }

    #[test]
    fn a_zombie_is_not_alive() {
        assert_eq!(parse_stat(&STAT.replace(") S ", ") Z ")), None);
    }

    #[test]
    fn a_zombie_with_threads_is_still_dying() {
        let dying = STAT.replace(") S ", ") Z ").replace("20 0 1 0", "20 0 7 0");
        assert_eq!(parse_stat(&dying), Some(987_654));
    }

    #[test]
    fn this_process_is_alive_and_a_recycled_id_is_not() {
        let here = ProcessRef::current().unwrap();
        assert!(here.is_alive());
        assert!(
            !ProcessRef {
                start_ticks: here.start_ticks + 1,
                ..here
            }
            .is_alive()
        );
    }
}
