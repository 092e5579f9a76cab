//! An instance as written, checked: everything a stream needs to know, once.

mod agent;

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::fetch;
use crate::log::TooOld;
use crate::source::{Filling, Source};
use crate::time::Time;

pub use agent::{AgentFacts, AgentProxy, DEFAULT_INTERVAL};

/// One instance, checked, with every default filled in.
#[derive(Debug, Clone)]
pub struct Config {
    /// The source, with the instance's `overlap` and `settle` put in.
    pub source: Source,
    /// The user's own values for it.
    pub filling: Filling,
    /// What keeps two instances of one source apart.
    pub stream: Option<String>,
    /// Where the very first run begins.
    pub start: Start,
    /// Asked of the API, where it can be asked.
    pub page_size: Option<u32>,
    /// The mapping as written: the source's with the instance's merged over it, key by key.
    pub log: Value,
    /// The base option, which wins over `log.service`.
    pub service: Option<String>,
    /// What becomes of records older than Datadog takes at their own time.
    pub too_old: TooOld,
    /// How much one run may do.
    pub limits: Limits,
    /// How requests are made.
    pub http: fetch::Options,
    /// Where the resume point lives.
    pub store: Store,
    /// How often the check runs.
    pub interval: Duration,
}

/// Where the very first run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// So long before now.
    Ago(Duration),
    /// At a moment.
    At(Time),
    /// At the oldest record the API keeps.
    Oldest,
}

/// How much one run may do; `None` is no limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Bytes of log lines, newlines included.
    pub run_bytes: Option<u64>,
    /// Seconds from the run's begin.
    pub run_seconds: Option<f64>,
    /// One log line.
    pub log_bytes: Option<usize>,
    /// One reply, decompressed.
    pub body_bytes: u64,
    /// Shared by all streams of one origin and credential.
    pub requests_per_second: Option<f64>,
}

/// Where the resume point lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// In the Agent's persistent cache.
    Agent,
    /// In a folder, a readable file a stream.
    File(PathBuf),
}
