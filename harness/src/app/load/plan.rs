//! The plan of a quick look: made from flags, or what of a scenario is load.

use std::path::Path;

use super::LoadOptions;
use crate::app::check::environment;
use crate::load::Loop;
use crate::model::{Millis, PhaseId, RouteId};
use crate::scenario::plan::{
    AlertPlan, Arrivals, Curve, Keys, LoadPlan, MOST_ARRIVALS, PLAN_SCHEMA_VERSION, Phase, Route,
    RouteLabels, Signals, TargetPlan, TelemetryPlan,
};
use crate::scenario::request::{self, METHODS};
use crate::scenario::{self, LONGEST, Mistakes, Overrides, Plan};

/// More requests per second than any machine sends.
pub(in crate::app) const FASTEST: f64 = 10_000_000.0;

/// What a URL's load is if nothing is said.
const CONNECTIONS: u32 = 64;
const DURATION: &str = "10s";
const TIMEOUT: &str = "5s";
const METHOD: &str = "GET";

/// What is to be sent, and where.
#[derive(Debug)]
pub(in crate::app) struct Asked {
    pub(in crate::app) plan: Plan,
    /// Base URL.
    pub(in crate::app) url: String,
    pub(in crate::app) mode: Loop,
}

/// Why there is nothing to send.
#[derive(Debug, thiserror::Error)]
pub(in crate::app) enum PlanError {
    /// In the scenario.
    #[error("the scenario has mistakes")]
    Mistakes(Mistakes),
    /// On the command line.
    #[error("`{value}` is not {wanted}")]
    Flag {
        /// As typed.
        value: String,
        /// What was wanted, with an example.
        wanted: &'static str,
    },
    /// What is to be sent, on the command line.
    #[error("{place}: {wrong}")]
    Request {
        /// The flag, or the URL.
        place: &'static str,
        /// What is wrong with it.
        wrong: String,
    },
    /// The rate is too low for the duration.
    #[error("a rate of {rate}/s plans no request in {}; {remedy}", duration.to_promql())]
    None {
        /// Requests per second.
        rate: f64,
        /// How long.
        duration: Millis,
        /// What to do.
        remedy: String,
    },
    /// Too much for a ledger.
    #[error(
        "a rate of {rate}/s plans {planned:.0} requests in {}, more than a billion; \
         take at most `--duration {}`, or a lower rate", duration.to_promql(), longest.to_promql()
    )]
    TooMany {
        /// Requests per second.
        rate: f64,
        /// How long.
        duration: Millis,
        /// Requests.
        planned: f64,
        /// The longest duration at this rate.
        longest: Millis,
    },
    /// An address that looks like a file.
    #[error(
        "`{target}` is no file, and a URL begins with http:// or https://: did you mean http://{target}?"
    )]
    Scheme {
        /// As typed.
        target: String,
    },
    /// The wire has no place for them, and run directories are no place for a password.
    #[error(
        "the URL names a user and a password; leave them out and write -H 'authorization: Basic …' instead"
    )]
    Credentials,
    /// A scenario says these itself.
    #[error("scenario {file} says itself what is sent: leave out {flags}, or change the file")]
    OfUrl {
        /// The flags that were given.
        flags: String,
        /// The scenario.
        file: String,
    },
    /// The local stack's service is started by `run` only.
    #[error(
        "scenario {file} names no target; write `target: {{ url: … }}` into it, or use `sloproof run`"
    )]
    NoTarget {
        /// The scenario.
        file: String,
    },
    /// Nobody would switch them.
    #[error("scenario {file} has faults, which need a fault API and evidence; use `sloproof run`")]
    Faults {
        /// The scenario.
        file: String,
    },
}

/// Whether a target is an address rather than a file.
pub(in crate::app) fn is_url(target: &str) -> bool {
    target.contains("://") || target.starts_with("unix:")
}

/// The plan of what was typed.
pub(in crate::app) fn plan(options: &LoadOptions) -> Result<Asked, PlanError> {
    if is_url(&options.target) {
        of_url(options)
    } else {
        of_scenario(options)
    }
}

fn of_scenario(options: &LoadOptions) -> Result<Asked, PlanError> {
    let file = &options.target;
    if looks_like_an_address(file) && !Path::new(file).exists() {
        return Err(PlanError::Scheme {
            target: file.clone(),
        });
    }
    let flags = flags_of_a_url(options);
    if !flags.is_empty() {
        return Err(PlanError::OfUrl {
            flags: flags.join(", "),
            file: file.clone(),
        });
    }
    let overrides = Overrides {
        seed: options.seed,
        time_scale: None,
    };
    let mut plan =
        scenario::load(Path::new(file), &environment, &overrides).map_err(PlanError::Mistakes)?;
    let Some(url) = plan.target.url.clone() else {
        return Err(PlanError::NoTarget { file: file.clone() });
    };
    if plan.load.phases.iter().any(|phase| phase.faults.is_some()) {
        return Err(PlanError::Faults { file: file.clone() });
    }
    if let Some(connections) = options.connections {
        plan.load.max_in_flight = connections;
    }
    let said = &options.connect;
    if said.ca_file.is_some() || said.insecure {
        plan.target.connect.ca_file.clone_from(&said.ca_file);
        plan.target.connect.insecure = said.insecure;
    }
    plan.target.connect.http2 |= said.http2;
    plan = Plan {
        telemetry: no_telemetry(),
        signals: Signals::default(),
        slos: vec![],
        rules: vec![],
        dashboards: vec![],
        alerts: AlertPlan::default(),
        ..plan
    };
    Ok(Asked {
        plan,
        url,
        mode: Loop::Open,
    })
}

/// `127.0.0.1:8080`, `localhost/path`, `host:8080/path`: what browsers and curl take for a URL.
fn looks_like_an_address(target: &str) -> bool {
    let host = target.split('/').next().unwrap_or_default();
    let port = host.rsplit_once(':').map(|(_, port)| port);
    host == "localhost"
        || port.is_some_and(|port| port.parse::<u16>().is_ok())
        || host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// The flags given that say what is sent to a URL.
fn flags_of_a_url(options: &LoadOptions) -> Vec<&'static str> {
    let given = [
        ("-r", options.rate.is_some()),
        ("-d", options.duration.is_some()),
        ("-m", options.method.is_some()),
        ("-H", !options.headers.is_empty()),
        ("-b", options.body.is_some()),
        ("--timeout", options.timeout.is_some()),
        ("--poisson", options.poisson),
    ];
    let given = given.into_iter().filter(|(_, given)| *given);
    given.map(|(flag, _)| flag).collect()
}

fn of_url(options: &LoadOptions) -> Result<Asked, PlanError> {
    let (origin, url) = split(&options.target)?;
    let rate = options.rate.unwrap_or(0.0);
    if options
        .rate
        .is_some_and(|rate| !(rate > 0.0 && rate <= FASTEST))
    {
        return Err(flag(
            &rate.to_string(),
            "a rate above 0 and at most 10000000",
        ));
    }
    let timeout = duration(options.timeout.as_deref().unwrap_or(TIMEOUT))?;
    let plan = Plan {
        schema_version: PLAN_SCHEMA_VERSION,
        name: "load".into(),
        purpose: format!("a quick look at {}", options.target),
        file: options.target.clone(),
        text: String::new(),
        time_scale: 1,
        target: TargetPlan {
            url: Some(options.target.clone()),
            fault_url: None,
            connect: options.connect.clone(),
        },
        telemetry: no_telemetry(),
        load: LoadPlan {
            seed: options.seed.unwrap_or(1),
            arrivals: if options.poisson {
                Arrivals::Poisson
            } else {
                Arrivals::Uniform
            },
            timeout,
            max_in_flight: options.connections.unwrap_or(CONNECTIONS),
            drain: timeout,
            routes: vec![route(options, &url)?],
            journeys: vec![],
            feeders: vec![],
            phases: vec![Phase {
                id: PhaseId::new("load").unwrap_or_else(|_| PhaseId::stand_in()),
                duration: duration(options.duration.as_deref().unwrap_or(DURATION))?,
                rate_from: rate,
                rate_to: rate,
                curve: Curve::Line,
                measured: true,
                faults: None,
            }],
        },
        signals: Signals::default(),
        slos: vec![],
        rules: vec![],
        dashboards: vec![],
        alerts: AlertPlan::default(),
    };
    Ok(Asked {
        plan,
        url: origin,
        mode: match options.rate {
            Some(_) => Loop::Open,
            None => Loop::Closed,
        },
    })
}

/// Refuses a load that sends nothing, or more than a ledger is meant to hold; a scenario's has been looked at before.
pub(super) fn sendable(asked: Asked) -> Result<Asked, PlanError> {
    if asked.mode == Loop::Closed {
        return Ok(asked);
    }
    let load = &asked.plan.load;
    let (rate, duration) = (load.phases[0].rate_from, load.duration());
    let planned = load.arrivals_planned();
    if planned < 1.0 {
        let enough = Millis((1000.0 / rate).ceil() as u64);
        let remedy = if enough <= LONGEST {
            format!("take `--duration {}` or longer", enough.to_promql())
        } else {
            "take a higher rate".to_owned()
        };
        return Err(PlanError::None {
            rate,
            duration,
            remedy,
        });
    }
    if planned > MOST_ARRIVALS {
        let longest = Millis((MOST_ARRIVALS / rate) as u64 * 1000);
        return Err(PlanError::TooMany {
            rate,
            duration,
            planned,
            longest,
        });
    }
    Ok(asked)
}

/// Where to connect to, and what to ask there: `unix:/run/kv.sock:/v1/kv/a` is `/v1/kv/a` at the socket `/run/kv.sock`.
fn split(target: &str) -> Result<(String, reqwest::Url), PlanError> {
    let parse = |text: &str| {
        reqwest::Url::parse(text).map_err(|_| flag(target, "a URL, such as http://127.0.0.1:8080/"))
    };
    if let Some(socket) = target.strip_prefix("unix:") {
        let socket = socket.strip_prefix("//").unwrap_or(socket);
        let (socket, path) = match socket.find(":/") {
            Some(colon) => (&socket[..colon], &socket[colon + 1..]),
            None => (socket, "/"),
        };
        let url = parse(&format!("http://localhost{path}"))?;
        return Ok((format!("unix:{socket}"), url));
    }
    let url = parse(target)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(PlanError::Credentials);
    }
    let origin = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{}://{host}:{port}", url.scheme()),
        (Some(host), None) => format!("{}://{host}", url.scheme()),
        (None, _) => return Err(flag(target, "a URL with a host")),
    };
    Ok((origin, url))
}

fn route(options: &LoadOptions, url: &reqwest::Url) -> Result<Route, PlanError> {
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    request::placeholders(&path).map_err(|wrong| wrong_request("the URL", &wrong))?;
    let headers = options.headers.iter().map(|line| header(line));
    if let Some(body) = &options.body {
        request::placeholders(body).map_err(|wrong| wrong_request("--body", &wrong))?;
    }
    let typed = options.method.as_deref().unwrap_or(METHOD);
    let method = typed.to_uppercase();
    if !METHODS.contains(&method.as_str()) {
        let known = METHODS.join(", ");
        let wrong = format!("`{typed}` is not a method, known: {known}");
        return Err(wrong_request("--method", &wrong));
    }
    Ok(Route {
        id: RouteId::new("request").unwrap_or_else(|_| RouteId::stand_in()),
        path,
        headers: headers.collect::<Result<_, PlanError>>()?,
        body: options.body.clone(),
        weight: 1,
        // What browsers call success.
        expect: (200..400).collect(),
        keys: Keys::Uniform { n: 1000 },
        labels: RouteLabels {
            route: url.path().to_owned(),
            method: method.clone(),
        },
        method,
    })
}

/// The name and the value of a `name: value` line.
fn header(line: &str) -> Result<(String, String), PlanError> {
    let (name, value) = line
        .split_once(':')
        .ok_or_else(|| flag(line, "a header, such as 'accept: text/plain'"))?;
    let (name, value) = (name.trim(), value.trim());
    request::header(name, value)
        .and_then(|()| request::placeholders(value))
        .map_err(|wrong| wrong_request("--header", &wrong))?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Reads a duration above zero.
pub(in crate::app) fn duration(text: &str) -> Result<Millis, PlanError> {
    match Millis::from_promql(text) {
        Some(length) if length > LONGEST => Err(flag(text, "a duration of at most 366d")),
        Some(length) if length > Millis(0) => Ok(length),
        _ => Err(flag(text, "a duration, such as 250ms, 20s or 1m30s")),
    }
}

fn flag(value: &str, wanted: &'static str) -> PlanError {
    PlanError::Flag {
        value: shown(value),
        wanted,
    }
}

fn wrong_request(place: &'static str, wrong: &str) -> PlanError {
    PlanError::Request {
        place,
        wrong: shown(wrong),
    }
}

/// What was typed may hold what a terminal obeys.
fn shown(text: &str) -> String {
    let harmless = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().map(harmless).collect()
}

fn no_telemetry() -> TelemetryPlan {
    TelemetryPlan {
        stack: false,
        prometheus: None,
        loki: None,
        alertmanager: None,
        webhook_listen: None,
        scrape_interval: Millis(15_000),
        evaluation_interval: Millis(15_000),
        settle_timeout: Millis(0),
    }
}
