//! One record becomes one log.
//!
//! A [`Mapping`] is a source's `log:` made ready once. It reads a record in one pass over its
//! text, which yields what the walk asks (identity, time) and the record as it will be sent;
//! [`Mapping::log`] then puts the line together and makes it fit.

mod attributes;
mod decimal;
mod event_time;
mod fit;
mod grammar;
mod hidden;
mod identity;
mod line;
mod mapping;
mod members;
mod message;
mod names;
mod part;
mod plan;
mod reading;
mod rewrite;
mod sheet;
mod status;
mod tags;
mod text;
mod tray;
mod words;

use std::collections::BTreeMap;

use crate::time::Time;

pub(crate) use fit::halved;
pub use line::{Fields, Line, Member};
pub use mapping::{Mapping, TOO_OLD};
pub use part::Part;
pub use reading::Reading;
pub use sheet::{Field, Log, Sheet, Span, Value};
pub use tray::Tray;
pub use words::{LOGWALK, Word};

/// What becomes of records older than Datadog takes at their own time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooOld {
    /// Sent without `timestamp`, marked late.
    Restamp,
    /// Sent with it all the same.
    Keep,
    /// Not sent, counted.
    Skip,
}

/// What an instance adds to the mapping; holds a secret, hence no `Debug`.
#[derive(Clone)]
pub struct Terms {
    /// What `logwalk.source` says.
    pub source_name: String,
    /// The instance's own `service`, which wins over the mapping's.
    pub service: Option<String>,
    /// The instance's tags, joined by commas; may be empty.
    pub instance_tags: String,
    /// The most bytes a line may have, its newline included.
    pub log_bytes: usize,
    /// What becomes of records that are too old.
    pub too_old: TooOld,
    /// The key of `hash`.
    pub hash_key: Option<String>,
    /// What `{name}` stands for in `source`, `service` and `namespace`.
    pub settings: BTreeMap<String, String>,
}

/// When a record becomes a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The event's time, or what stands in for it.
    pub event: Time,
    /// The clock.
    pub now: Time,
    /// The record's number among equal records; counts only where it is known by its content.
    pub ordinal: u32,
}

/// What a record has become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapped {
    /// A log to send, the last of its sheet.
    Log,
    /// Nothing: it is too old, and such records are skipped.
    TooOld,
}

#[cfg(test)]
mod tests;
