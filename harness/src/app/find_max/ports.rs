//! Ports that the steps before have used: where the kernel does not give them out again, a step waits for them.

use std::time::Duration;

use tokio::time::sleep;

use crate::app::interrupt::Interrupt;
use crate::app::{Console, Failure};
use crate::load::preflight::PreflightError;

/// How long a step waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    looks: u32,
    pause: Duration,
}

/// A closed connection holds its port for a minute; after that, waiting does not help.
pub(super) const A_MINUTE: Patience = Patience {
    looks: 31,
    pause: Duration::from_secs(2),
};

/// Makes an attempt, again and again while it fails for want of ports that may become free; as long as there is patience,
/// and until an interrupt. Then the failure is the caller's.
pub(super) async fn when_free<T>(
    console: &Console,
    interrupt: &Interrupt,
    patience: Patience,
    mut attempt: impl AsyncFnMut() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut looks = 0;
    loop {
        let failure = match attempt().await {
            Err(failure) if may_become_free(&failure) && looks < patience.looks => failure,
            ended => return ended,
        };
        if looks == 0 {
            console.say(&format!(
                "waits up to {} s for ports of closed connections: {failure}",
                (patience.pause * patience.looks).as_secs()
            ));
        }
        looks += 1;
        tokio::select! {
            () = sleep(patience.pause) => {}
            () = interrupt.first() => return Err(failure),
        }
    }
}

fn may_become_free(failure: &Failure) -> bool {
    match failure.cause() {
        Some(PreflightError::Ports {
            range, connections, ..
        }) => connections <= range,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn want_of_ports(connections: u64) -> Failure {
        Failure::usage(PreflightError::Ports {
            free: 10,
            range: 100,
            used: 90,
            target: "127.0.0.1:80".parse().unwrap(),
            connections,
        })
    }

    /// How often it was tried until it ended, and whether well, where there are ports from the n-th time on.
    async fn tried(free_from: u32, failure: impl Fn() -> Failure) -> (u32, bool) {
        let console = Console::from_environment(true, None);
        let patience = Patience {
            looks: 3,
            pause: Duration::ZERO,
        };
        let mut times = 0;
        let ended = when_free(&console, &Interrupt::default(), patience, async || {
            times += 1;
            if times < free_from {
                Err(failure())
            } else {
                Ok(())
            }
        })
        .await;
        (times, ended.is_ok())
    }

    #[tokio::test]
    async fn a_step_waits_for_ports_and_goes_on_when_they_are_free() {
        assert_eq!(tried(1, || want_of_ports(50)).await, (1, true));
        assert_eq!(tried(4, || want_of_ports(50)).await, (4, true));
    }

    #[tokio::test]
    async fn it_waits_until_the_kernel_has_forgotten_every_closed_connection_and_no_longer() {
        assert_eq!(tried(5, || want_of_ports(50)).await, (4, false));
        let longest = A_MINUTE.pause * A_MINUTE.looks;
        assert!(longest > Duration::from_mins(1) && longest < Duration::from_secs(70));
    }

    #[tokio::test]
    async fn what_waiting_cannot_mend_is_told_at_once() {
        assert_eq!(tried(2, || want_of_ports(101)).await, (1, false));
        let files = || {
            Failure::usage(PreflightError::Descriptors {
                limit: 1,
                connections: 2,
                needed: 3,
            })
        };
        assert_eq!(tried(2, files).await, (1, false));
        let other = || Failure::internal(anyhow::anyhow!("another"));
        assert_eq!(tried(2, other).await, (1, false));
    }
}
