//! Where finished requests become lines. A service writes one for each request, so this way is short: no event with
//! fields to visit, and texts that are known to need no escapes are copied.

use super::{
    Level, LogFormat,
    log_lines::{Lines, members},
    log_stamp::Stamp,
    log_text::{access, dated},
    request_line::RequestLine,
};
use crate::faults::{LineLies, RequestFacts};

/// The logger of the server that the dated format comes from.
const ACCESS_LOGGER: &str = "uvicorn.access";

impl Lines {
    /// A request line is honest unless a fault says otherwise, and pays one question for that.
    pub(super) fn request(&self, level: Level, line: &RequestLine<'_>) {
        // The servers that quote requests do so on one level, whatever comes of them.
        let level = if self.format.quotes_requests() {
            Level::Info
        } else {
            level
        };
        let facts = || RequestFacts {
            method: line.method.to_owned(),
            route: line.route.to_owned(),
            status: line.status,
        };
        let Some(lies) = self.faults.line_lies(facts) else {
            let write = |out: &mut Vec<u8>| self.write_request(out, level, line, &[]);
            return Self::with_line(write, |line| self.sink.send(line));
        };
        if lies.dropped {
            return;
        }
        let level = lies.level.unwrap_or(level);
        let write = |out: &mut Vec<u8>| self.write_request(out, level, line, &lies.without);
        Self::with_line(write, |line| self.lie(&lies, line));
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

    fn write_request(
        &self,
        out: &mut Vec<u8>,
        level: Level,
        line: &RequestLine<'_>,
        without: &[String],
    ) {
        let with = |name: &str| !without.iter().any(|missing| missing == name);
        let quoted = line.quoted.unwrap_or_default();
        let status = with("status").then_some(line.status);
        match self.format {
            LogFormat::Json => {
                let mut members = self.head(out, level, &with);
                line.write(&mut members);
                out.push(b'}');
            }
            LogFormat::DatedJson => {
                Stamp::now().go(out);
                out.extend(b" {");
                let few = |name: &str| {
                    let few = ["service", "route", "status", "latency_ms", "note"];
                    few.contains(&name) && with(name)
                };
                let mut members = members(out, &few);
                members.field("service", &self.identity.service);
                line.write(&mut members);
                out.push(b'}');
            }
            LogFormat::Dated => dated(out, Stamp::now(), ACCESS_LOGGER, level, quoted, status),
            LogFormat::Access => access(out, level, quoted, status),
        }
    }
}
