//! Limits of the machine, told before the first request.

use std::process::Command;
use std::time::Duration;

use crate::run::{Finished, alone, start};
use crate::server::{Manner, Server};

fn assert_refused(run: &Finished, words: &[&str]) {
    assert_eq!(run.code, Some(2), "{}\n{}", run.stdout, run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "no `{word}`: {}", run.stderr);
    }
    assert_eq!((run.stdout.as_str(), run.runs), ("", 0));
}

#[test]
fn a_hard_limit_on_open_files_below_the_connections_refuses_the_load() {
    let _alone = alone();
    let server = Server::start(Manner::Prompt);
    let run = start("ulimit -n 64 &&", &server.url(), "-r 200 -d 1s -c 100").finish();
    assert_refused(
        &run,
        &[
            "this process may open 64 files",
            "100 connections",
            "ulimit -n ",
            "-c, load.maxInFlight",
        ],
    );
    assert_eq!(server.connections(), 0, "nothing may be sent");
}

#[test]
fn a_soft_limit_on_open_files_is_raised() {
    let _alone = alone();
    let server = Server::start(Manner::After(Duration::from_millis(500)));
    let run = start("ulimit -Sn 64 &&", &server.url(), "-r 200 -d 1s -c 100").finish();
    // All 100 places are taken after half a second, and each has its connection.
    let sent = run.report()["routes"][0]["outcomes"].clone();
    assert_eq!(sent["status_200"], 200, "{sent}");
    assert!(server.connections() > 64, "{}", server.connections());
}

/// A network of its own for a shell, in which it may set limits; `None` where that is not allowed.
fn own_network() -> Option<&'static str> {
    let asked = Command::new("unshare").args(["-rn", "true"]).output();
    let allowed = asked.is_ok_and(|output| output.status.success());
    if !allowed {
        eprintln!(
            "skipped: no network namespace can be made here, so its limits cannot be lowered"
        );
    }
    allowed.then_some("exec unshare -rn sh -c")
}

/// Runs `sloproof load` in a network of its own, after `set`. Nobody listens there.
fn in_own_network(set: &str, args: &str) -> Option<Finished> {
    let network = own_network()?;
    let before = format!("{network} '{set} && exec \"$0\" \"$@\"'");
    Some(crate::run::start_by(&before, "http://127.0.0.1:9/", args).finish())
}

#[test]
fn fewer_local_ports_than_connections_refuse_the_load() {
    let _alone = alone();
    let set = "echo 40000 40009 > /proc/sys/net/ipv4/ip_local_port_range";
    let Some(run) = in_own_network(set, "-r 100 -d 300ms -c 11") else {
        return;
    };
    assert_refused(
        &run,
        &[
            "10 local ports are free for connections to 127.0.0.1:9",
            "11 connections are planned",
            "ip_local_port_range",
        ],
    );
}

#[test]
fn a_backlog_below_the_connections_is_told_before_the_start() {
    let _alone = alone();
    let set = "echo 16 > /proc/sys/net/core/somaxconn";
    let Some(run) = in_own_network(set, "-r 100 -d 300ms -c 17") else {
        return;
    };
    let told = "17 connections are planned, but a listener of this machine holds at most 16";
    assert!(
        run.stderr.contains(&format!("warning: {told}")),
        "{}",
        run.stderr
    );
    // Nobody listens there, so that nothing is sent.
    assert_refused(&run, &["nothing accepts connections at http://127.0.0.1:9"]);
}
