//! Where events become lines: the subscriber behind each [`super::Logger`]. Lines of requests have a shorter way,
//! see `request_lines`.

use std::cell::RefCell;

use tracing::{Event, Level as Severity, Metadata, Subscriber, level_filters::LevelFilter, span};

use super::{
    Identity, Level, LogFormat, LogSink,
    log_fields::JsonFields,
    log_stamp::Stamp,
    log_text::{Message, access, dated},
    logger::EVENT,
};
use crate::faults::Faults;

thread_local! {
    /// A line is put together here and copied once, to the sink.
    static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes each event as one line.
///
/// Every service has one of its own, entered per event, so that several in one process stay apart. The
/// one that is the default of the process writes what libraries have to say, from `warn` upwards.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) format: LogFormat,
    least: Level,
    pub(super) identity: Identity,
    /// `"service":..` to `"profile":..`, the same on every line.
    origin: Vec<u8>,
    pub(super) sink: LogSink,
    pub(super) faults: Faults,
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

    /// Puts one line together and hands it to `done`, with its line feed.
    pub(super) fn with_line(write: impl FnOnce(&mut Vec<u8>), done: impl FnOnce(&[u8])) {
        LINE.with_borrow_mut(|line| {
            line.clear();
            write(line);
            line.push(b'\n');
            done(line);
        });
    }

    /// What every object begins with, for more members.
    pub(super) fn head<'a>(
        &self,
        out: &'a mut Vec<u8>,
        level: Level,
        wanted: &'a dyn Fn(&str) -> bool,
    ) -> JsonFields<'a> {
        out.extend(b"{\"ts\":\"");
        Stamp::now().rfc3339(out);
        out.push(b'"');
        let mut members = members(out, wanted);
        members.comma = true;
        members.field("level", level);
        members.out.push(b',');
        members.out.extend(&self.origin);
        members
    }

    fn write(&self, out: &mut Vec<u8>, event: &Event<'_>) {
        let (level, target) = (level(event.metadata()), event.metadata().target());
        let foreign = target != EVENT;
        match self.format {
            LogFormat::Json => {
                let mut members = self.head(out, level, &|_| true);
                if foreign {
                    members.member("logger", target);
                }
                members.foreign = foreign;
                event.record(&mut members);
                out.push(b'}');
            }
            LogFormat::DatedJson => {
                Stamp::now().go(out);
                out.extend(b" {");
                let mut members = members(out, &|_| true);
                members.member("service", &self.identity.service);
                members.foreign = foreign;
                event.record(&mut members);
                out.push(b'}');
            }
            LogFormat::Dated | LogFormat::Access => {
                let mut message = Message::default();
                event.record(&mut message);
                let logger = if foreign {
                    target
                } else {
                    &self.identity.service
                };
                if self.format == LogFormat::Dated {
                    dated(out, Stamp::now(), logger, level, &message.0, None);
                } else {
                    access(out, level, &message.0, None);
                }
                rest_as_object(out, event, foreign);
            }
        }
    }
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let own = metadata.target() == EVENT;
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
        Self::with_line(|line| self.write(line, event), |line| self.sink.send(line));
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

pub(super) fn members<'a>(
    out: &'a mut Vec<u8>,
    wanted: &'a dyn Fn(&str) -> bool,
) -> JsonFields<'a> {
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
