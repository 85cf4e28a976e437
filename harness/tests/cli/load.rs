//! What is typed for a load is looked at as closely as a scenario: nothing is sent, and no run directory is made.

use crate::place::{Place, stderr};

/// Nobody listens there, so that what is not refused is told otherwise.
const NOBODY: &str = "http://127.0.0.1:9/";

fn refused(args: &[&str]) -> String {
    let place = Place::with_many_mistakes();
    let before = place.names();
    let run = place.command("").args(args).assert();
    assert_eq!(place.names(), before, "no run directory");
    let told = stderr(&run);
    run.code(2).stdout_eq("");
    told
}

#[test]
fn a_request_that_no_scenario_may_send_is_refused_by_its_flag() {
    let random = "{random:9223372036854775807}";
    let url = format!("{NOBODY}?n={{sek}}");
    for (target, args, said) in [
        (
            NOBODY,
            ["-b", random],
            "sloproof: --body: `{random:9223372036854775807}` needs a length in bytes, from 1 to 1048576, such as {random:64}\n",
        ),
        (
            NOBODY,
            ["-H", "x: {kye}"],
            "sloproof: --header: unknown placeholder `{kye}`, did you mean `{key}`?, known: {key}, {seq}, {random:N}\n",
        ),
        (
            NOBODY,
            ["-H", "x: a\r\n\r\nGET /other HTTP/1.1"],
            "sloproof: --header: header `x` holds a character that no header may hold\n",
        ),
        (
            NOBODY,
            ["-H", "a b: c"],
            "sloproof: --header: `a b` is not a header name\n",
        ),
        (
            NOBODY,
            ["-m", "GET / HTTP/1.1\r\nx: y"],
            "sloproof: --method: `GET / HTTP/1.1\u{fffd}\u{fffd}x: y` is not a method, known: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\n",
        ),
        (
            &url,
            ["-m", "get"],
            "sloproof: the URL: unknown placeholder `{sek}`, did you mean `{seq}`?, known: {key}, {seq}, {random:N}\n",
        ),
    ] {
        for command in [
            vec!["load", target],
            vec!["find-max", target, "-o", "p99<1s"],
        ] {
            let told = refused(&[&command[..], &args[..]].concat());
            assert_eq!(told, said, "{command:?}");
        }
    }
}

#[test]
fn a_load_of_nothing_or_of_too_much_is_refused_with_what_would_do() {
    for (rate, duration, said) in [
        (
            "0.001",
            "10s",
            "sloproof: a rate of 0.001/s plans no request in 10s; take `--duration 16m40s` or longer\n",
        ),
        (
            "0.00000001",
            "10s",
            "sloproof: a rate of 0.00000001/s plans no request in 10s; take a higher rate\n",
        ),
        (
            "20000",
            "24h",
            "sloproof: a rate of 20000/s plans 1728000000 requests in 1d, more than a billion; \
             take at most `--duration 13h53m20s`, or a lower rate\n",
        ),
        (
            "1",
            "2y",
            "sloproof: `2y` is not a duration of at most 366d\n",
        ),
    ] {
        assert_eq!(refused(&["load", NOBODY, "-r", rate, "-d", duration]), said);
    }
}
