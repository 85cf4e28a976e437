//! Where events become lines: the subscriber behind each [`super::Logger`].

use std::{cell::RefCell, time::SystemTime};

use tracing::{
    Event, Level as Severity, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span,
};

use super::{
    Identity, Level, LogFormat, LogSink,
    log_fields::JsonFields,
    log_stamp::Stamp,
    log_text::{RequestText, access, dated},
    logger::{EVENT, REQUEST},
};
use crate::faults::{Faults, LineLies, RequestFacts};

thread_local! {
    /// A line is put together here and copied once, to the sink.
    static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes each event as one line.
///
/// Every service has one of its own, entered per event, so that several in one process stay apart. The
/// one that is the default of the process writes what libraries have to say, from `warn` upwards.
pub(super) struct Lines {
    format: LogFormat,
    least: Level,
    identity: Identity,
    /// `"service":..` to `"profile":..`, the same on every line.
    origin: Vec<u8>,
    sink: LogSink,
    faults: Faults,
}

impl Lines {
    pub(super) fn new(
        identity: Identity,
        format: LogFormat,
        least: Level,
        sink: LogSink,
        faults: Faults,
    ) -> Self {
        let mut origin = Vec::new();
        let mut members = members(&mut origin, &|_| true);
        members.member("service", &identity.service);
        members.member("env", &identity.environment);
        members.member("version", identity.version);
        members.member("profile", &identity.profile);
        Self {
            format,
            least,
            identity,
            origin,
            sink,
            faults,
        }
    }

    /// A request line is honest unless a fault says otherwise, and pays one question for that.
    fn request(&self, event: &Event<'_>, level: Level) {
        // The servers that quote requests do so on one level, whatever comes of them.
        let level = if self.format.quotes_requests() {
            Level::Info
        } else {
            level
        };
        let facts = || {
            let mut facts = Facts::default();
            event.record(&mut facts);
            facts.0
        };
        let Some(lies) = self.faults.line_lies(facts) else {
            return self.with_line(event, level, &[], |line| self.sink.send(line));
        };
        if lies.dropped {
            return;
        }
        let level = lies.level.unwrap_or(level);
        self.with_line(event, level, &lies.without, |line| self.lie(&lies, line));
    }

    fn lie(&self, lies: &LineLies, line: &[u8]) {
        let mut written = lies.prefix.clone().into_bytes();
        written.extend(line);
        if lies.duplicated {
            written.extend_from_within(..);
        }
        let sink = self.sink.clone();
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) if !lies.delay.is_zero() => {
                let until = tokio::time::sleep(lies.delay);
                runtime.spawn(async move {
                    until.await;
                    sink.send(&written);
                });
            }
            // Outside the runtime there are no requests and nothing to wait with.
            _ => sink.send(&written),
        }
    }

    fn with_line(
        &self,
        event: &Event<'_>,
        level: Level,
        without: &[String],
        done: impl FnOnce(&[u8]),
    ) {
        LINE.with_borrow_mut(|line| {
            line.clear();
            self.write(line, event, level, without);
            line.push(b'\n');
            done(line);
        });
    }

    fn write(&self, out: &mut Vec<u8>, event: &Event<'_>, level: Level, without: &[String]) {
        let stamp = Stamp::at(SystemTime::now());
        let target = event.metadata().target();
        let request = target == REQUEST;
        let foreign = !request && target != EVENT;
        let with = |name: &str| !without.iter().any(|missing| missing == name);
        match self.format {
            LogFormat::Json => {
                out.extend(b"{\"ts\":\"");
                stamp.rfc3339(out);
                out.push(b'"');
                let mut members = members(out, &with);
                members.comma = true;
                if with("level") {
                    members.member("level", level);
                }
                members.out.push(b',');
                members.out.extend(&self.origin);
                if foreign {
                    members.member("logger", target);
                }
                members.foreign = foreign;
                event.record(&mut members);
                out.push(b'}');
            }
            LogFormat::DatedJson => {
                stamp.go(out);
                out.extend(b" {");
                let few = |name: &str| matches!(name, "route" | "status" | "latency_ms" | "note");
                let wanted = |name: &str| with(name) && (!request || few(name));
                let mut members = members(out, &wanted);
                if with("service") {
                    members.member("service", &self.identity.service);
                }
                members.foreign = foreign;
                event.record(&mut members);
                out.push(b'}');
            }
            LogFormat::Dated | LogFormat::Access => {
                let mut text = RequestText::default();
                event.record(&mut text);
                let text = text.without_status(!with("status"));
                let logger = if foreign {
                    target
                } else {
                    &self.identity.service
                };
                if self.format == LogFormat::Dated {
                    dated(out, stamp, logger, level, request, &text);
                } else {
                    access(out, level, request, &text);
                }
                if !request {
                    rest_as_object(out, event, foreign);
                }
            }
        }
    }
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let own = matches!(metadata.target(), REQUEST | EVENT);
        // The notices of a database server quote what was asked of it.
        let talkative = metadata.target() == "sqlx::postgres::notice";
        let least = if own {
            self.least
        } else {
            self.least.max(Level::Warn)
        };
        metadata.is_event() && !talkative && level(metadata) >= least
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(match self.least {
            Level::Debug => LevelFilter::DEBUG,
            Level::Info => LevelFilter::INFO,
            Level::Warn => LevelFilter::WARN,
            Level::Error => LevelFilter::ERROR,
        })
    }

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        if metadata.target() == REQUEST {
            self.request(event, level(metadata));
        } else {
            self.with_line(event, level(metadata), &[], |line| self.sink.send(line));
        }
    }

    // Spans go to the collector by a way of their own, see `span_exporter`.
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// What the rules for lies ask about a request line.
#[derive(Default)]
struct Facts(RequestFacts);

impl Visit for Facts {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "method" => value.clone_into(&mut self.0.method),
            "route" => value.clone_into(&mut self.0.route),
            _ => {}
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "status" {
            self.0.status = value as u16;
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

fn members<'a>(out: &'a mut Vec<u8>, wanted: &'a dyn Fn(&str) -> bool) -> JsonFields<'a> {
    JsonFields {
        out,
        comma: false,
        wanted,
        foreign: false,
    }
}

/// ` {"name":value,..}` of an event's fields, nothing when it has none.
fn rest_as_object(out: &mut Vec<u8>, event: &Event<'_>, foreign: bool) {
    let before = out.len();
    out.extend(b" {");
    let mut members = members(out, &|name| name != "msg");
    members.foreign = foreign;
    event.record(&mut members);
    if members.comma {
        out.push(b'}');
    } else {
        out.truncate(before);
    }
}

fn level(metadata: &Metadata<'_>) -> Level {
    match *metadata.level() {
        Severity::ERROR => Level::Error,
        Severity::WARN => Level::Warn,
        Severity::INFO => Level::Info,
        Severity::DEBUG | Severity::TRACE => Level::Debug,
    }
}
