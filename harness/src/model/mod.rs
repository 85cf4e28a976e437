//! The vocabulary: plain data that every other module speaks, without I/O.
//!
//! Only these types cross a boundary. Nothing here knows a server, a file or a clock.

pub mod alert;
pub mod evidence;
pub mod finding;
pub mod id;
pub mod notification;
pub mod outcome;
pub mod quantity;
pub mod question;
pub mod rule;
pub mod samples;
pub mod series;
pub mod source;
pub mod suggest;
pub mod timeline;
pub mod verdict;
pub mod yaml;

pub use alert::{AlertLog, AlertSource, AlertState, AlertTransition};
pub use evidence::{Answer, Evidence, EvidenceSet, Reading};
pub use finding::{CheckId, Finding, Hop, Severity, Status};
pub use id::{PhaseId, RouteId};
pub use notification::{Notification, NotificationStatus};
pub use outcome::Outcome;
pub use quantity::{Millis, Ratio, RatioError, Timestamp};
pub use question::{Moment, Question};
pub use rule::{Engine, Rule, RuleGroup, RuleKind};
pub use samples::{SAMPLES_BEYOND, samples_needed};
pub use series::{Labels, Point, Series};
pub use source::{Diagnostic, Level, Source, Span};
pub use suggest::nearest;
pub use timeline::{PhaseTime, Timeline};
pub use verdict::{Counts, Verdict, VerdictOutcome};
