//! One log API, described as data: what to ask of it, and how to read what it answers.

mod address;
mod answer;
mod auth;
pub mod catalog;
mod exchange;
mod grammar;
pub mod path;
mod request;
mod template;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

pub use auth::Auth;
pub use exchange::{Answer, Ask, Call, Filling, Reads, Record, Reply, Unread};
pub use path::{Path, Paths};
pub(crate) use request::web_address;

/// A log API, as its description in YAML says; checked, with every default filled in.
#[derive(Debug, Clone)]
pub struct Source {
    /// `vendor/stream`.
    pub name: String,
    /// What a person calls it.
    pub title: String,
    /// The vendor's page about it.
    pub docs: Option<String>,
    /// Scheme, host and prefix that every request begins with; may name settings in braces.
    pub base_url: String,
    /// The plain values it asks for.
    pub settings: BTreeMap<String, Asked>,
    /// The secrets it asks for.
    pub credentials: BTreeMap<String, Asked>,
    /// The request, without what the walk adds to it.
    pub request: Template,
    /// How the credentials are presented, beyond headers.
    pub auth: Auth,
    /// Where the records are in a reply; empty when the body is the array.
    pub records: Path,
    /// A reply without the records' key is an empty page (and not an error).
    pub records_may_be_missing: bool,
    /// How the body is written.
    pub format: Format,
    /// Newest first?
    pub descending: bool,
    /// How one page leads to the next; none means one page per window.
    pub next: Option<Next>,
    /// How the lower bound of time is asked for.
    pub since: Option<Bound>,
    /// How the upper bound of time is asked for.
    pub until: Option<Bound>,
    /// The widest `since`..`until` the API takes.
    pub window: Option<Duration>,
    /// How long the API keeps a record.
    pub retention: Option<Duration>,
    /// How far behind the newest record each poll reads again.
    pub overlap: Duration,
    /// How far each poll stays behind now.
    pub settle: Duration,
    /// Where a record's identity and time are.
    pub record: RecordPaths,
    /// What in a reply says that it is not the whole answer.
    pub partial: Vec<Condition>,
    /// Where a reply warns of what need not be partial: reported, and walked on.
    pub warnings: Vec<From>,
    /// How fast the API may be asked.
    pub pace: Pace,
    /// Where the API says how much of its quota is left.
    pub rate_limit: Option<RateLimit>,
    /// What a status means for this API, in words with the fix.
    pub hints: BTreeMap<u16, String>,
    /// The mapping, as written: `log` reads it.
    pub log: Value,
}

/// A setting or credential a source asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// What it is and where it is found.
    pub help: String,
    /// Whether the source works without it.
    pub required: bool,
    /// What stands in for it (settings only).
    pub default: Option<String>,
}

/// The request as described, before the walk adds bounds, cursor and page size.
#[derive(Debug, Clone)]
pub struct Template {
    /// GET or POST.
    pub post: bool,
    /// Below the base URL.
    pub path: String,
    /// Name and template of each header.
    pub headers: BTreeMap<String, String>,
    /// Name and template of each parameter.
    pub query: BTreeMap<String, String>,
    /// The JSON body, for POST.
    pub body: Value,
}

/// How a reply's body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON value.
    Json,
    /// One JSON value a line.
    Ndjson,
}

/// How one page leads to the next.
#[derive(Debug, Clone)]
pub struct Next {
    /// Where the next cursor comes from.
    pub from: From,
    /// Where it goes; `Url` means that it is itself the next request's URL.
    pub to: To,
    /// Where the API says whether there is more.
    pub more: Option<From>,
    /// The API still gives a usable cursor at the end.
    pub sticky: bool,
    /// The cursor may be saved.
    pub durable: bool,
    /// What is sent without a cursor and left out with one.
    pub first_only: Vec<To>,
    /// How the number of records on a page is asked for.
    pub page_size: Option<PageSize>,
}

/// Where in a reply a value is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// In the JSON body.
    Body(Path),
    /// In a header.
    Header(String),
    /// In the Link header, by its `rel`.
    Link(String),
    /// In the page's last record.
    Last(Path),
    /// In the page's first record.
    First(Path),
    /// Counted: pages, beginning with `start`.
    Page {
        /// The first page's number.
        start: u64,
    },
    /// Counted: records, beginning with `start`.
    Offset {
        /// The first record's number.
        start: u64,
    },
}

/// Where in a request a value goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// A query parameter.
    Query(String),
    /// A place in the JSON body.
    Body(Path),
    /// A header.
    Header(String),
    /// The URL itself (followed only within the origin).
    Url,
}

/// How the number of records on a page is asked for.
#[derive(Debug, Clone)]
pub struct PageSize {
    /// Where the number goes.
    pub to: To,
    /// What is asked for unless the user says otherwise.
    pub default: u32,
    /// The most the API takes.
    pub max: u32,
}

/// How a bound of time is asked for.
#[derive(Debug, Clone)]
pub struct Bound {
    /// Where it goes.
    pub to: To,
    /// How the moment is written.
    pub format: TimeFormat,
    /// What the written moment is wrapped in, with `{time}` for it.
    pub template: Option<String>,
    /// Whether a record at exactly the bound is within.
    pub inclusive: bool,
    /// Whether it is sent even where the walk needs none (`until`).
    pub required: bool,
}

/// How a moment is written, in a request or in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeFormat {
    /// RFC 3339.
    Rfc3339,
    /// Whole seconds since 1970.
    EpochS,
    /// Milliseconds since 1970.
    EpochMs,
    /// Microseconds since 1970.
    EpochUs,
    /// Nanoseconds since 1970.
    EpochNs,
    /// A date (requests only).
    Date,
}

/// Where a record's identity and time are.
#[derive(Debug, Clone)]
pub struct RecordPaths {
    /// The id; without one a record is known by its content.
    pub id: Option<Paths>,
    /// What, changed, makes a known id a new log.
    pub version: Vec<Path>,
    /// The event's time.
    pub time: Option<Paths>,
    /// How the time is written; none is recognised by itself.
    pub time_format: Option<TimeFormat>,
}

/// A sign in a reply.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Where to look.
    pub when: From,
    /// What makes it true; none means that anything there does (`is: present`).
    pub is: Option<Value>,
}

/// How fast the API may be asked.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    /// At most so many requests a second.
    pub requests_per_second: Option<f64>,
    /// At least so long between two requests.
    pub min_interval: Option<Duration>,
}

/// Where the API says how much of its quota is left.
#[derive(Debug, Clone)]
pub struct RateLimit {
    /// How many requests are left.
    pub remaining: Option<From>,
    /// When the quota is full again.
    pub reset: Option<From>,
    /// `reset` is an epoch time (and not seconds from now).
    pub reset_is_epoch: bool,
}
