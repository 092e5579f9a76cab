//! All that was seen of a stream when it was tried, for the checks to judge.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::heard::Heard;
use crate::config::{Config, Start};
use crate::deliver::datadog::Verdict;
use crate::error::{Error, Result};
use crate::fetch::Counts;
use crate::log::{Mapping, Sheet};
use crate::source::{Answer, Record, Reply, Unread};
use crate::time::Time;

/// How a stream is configured, as far as checks ask.
pub(super) struct Terms {
    pub(super) config: Config,
    /// Scheme, host and prefix.
    pub(super) base: reqwest::Url,
    mapping: Mapping,
}

/// All that was seen.
#[derive(Debug)]
pub(super) struct Facts {
    /// When the trial began.
    pub(super) began: Time,
    pub(super) reached: Reached,
    pub(super) walk: Leg,
    /// What came of going on from the place after the first page, if there was one.
    pub(super) resumed: Option<Leg>,
    /// What the destination said, where there is one to ask.
    pub(super) delivered: Option<Delivered>,
    /// What there is on this machine.
    pub(super) around: Around,
}

/// What a stream needs on this machine.
#[derive(Debug)]
pub(super) struct Around {
    /// None where logs go past the Agent.
    pub(super) agent: Option<AgentSide>,
    pub(super) place: Place,
    /// Where dead letters are kept, and whether they can be.
    pub(super) dead_letters: Option<(PathBuf, std::result::Result<(), String>)>,
}

/// What the Agent reads beside an instance.
#[derive(Debug, Clone)]
pub(super) struct AgentSide {
    /// What is wrong with the file around its instances.
    pub(super) problems: Vec<String>,
    /// The `logs` section says that no log is passed over.
    pub(super) from_the_beginning: bool,
    /// The Agent's own configuration.
    pub(super) config: PathBuf,
    /// What it says; none where there is no such file.
    pub(super) logs_enabled: Option<std::result::Result<bool, String>>,
}

/// Whether the resume point can be kept where it is to be kept.
#[derive(Debug)]
pub(super) enum Place {
    /// In the Agent's cache, which is the Agent's own.
    Agents,
    Usable(PathBuf),
    Unusable(String),
    /// It was kept, and is damaged.
    Lost(String),
}

/// What a destination said.
#[derive(Debug)]
pub(super) struct Delivered {
    /// The option that names it, and its value.
    pub(super) told: String,
    /// Of the key; none where nobody answered.
    pub(super) key: Result<Option<Verdict>>,
    /// Of an event made by hand, where the key was no hindrance.
    pub(super) event: Option<Verdict>,
}

/// How far one comes without asking anything.
#[derive(Debug)]
pub(super) struct Reached {
    /// The API's host, or the proxy's.
    pub(super) host: String,
    pub(super) proxied: bool,
    pub(super) named: std::result::Result<Named, String>,
    /// None where there was no address to connect to.
    pub(super) linked: Option<std::result::Result<Linked, String>>,
}

/// A host whose name is known.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) addresses: Vec<SocketAddr>,
}

/// A host that takes connections.
#[derive(Debug)]
pub(super) struct Linked {
    pub(super) address: SocketAddr,
    pub(super) took: Duration,
}

/// Some pages read one after the other.
#[derive(Debug, Default)]
pub(super) struct Leg {
    /// Every request, in order.
    pub(super) heard: Vec<Heard>,
    /// The pages that were taken in, by the number of their request.
    pub(super) pages: Vec<Taken>,
    /// Why it ended before its time.
    pub(super) failed: Option<Error>,
    /// What a person should know although nothing failed.
    pub(super) said: Vec<String>,
    pub(super) counts: Counts,
}

/// A page that was taken in.
#[derive(Debug)]
pub(super) struct Taken {
    /// Which of the requests brought it.
    pub(super) request: usize,
    /// The logs that would be sent.
    pub(super) logs: Vec<Value>,
}

impl Leg {
    /// The replies, in order.
    pub(super) fn replies(&self) -> Vec<Reply> {
        let came = self
            .heard
            .iter()
            .filter_map(|heard| heard.came.as_ref().ok());
        came.cloned().collect()
    }
}

impl Taken {
    /// The ids its logs carry.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        let ids = self
            .logs
            .iter()
            .filter_map(|log| log["logwalk"]["id"].as_str());
        ids.filter(|id| !id.is_empty())
    }
}

/// What a page holds.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) heard: &'a Heard,
    pub(super) records: Vec<Seen>,
    pub(super) next: Option<String>,
    pub(super) more: Option<bool>,
    pub(super) partial: Option<String>,
    pub(super) warnings: Vec<String>,
}

/// One record of a page.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) value: Value,
    /// What the walk knows it by.
    pub(super) known_as: u64,
    /// Whether that is its content.
    pub(super) by_content: bool,
    pub(super) time: Option<Time>,
}

impl Terms {
    pub(super) fn of(config: &Config) -> Result<Self> {
        Ok(Self {
            base: config.source.base(&config.filling)?,
            mapping: config.mapping(config.tags.join(","))?,
            config: config.clone(),
        })
    }

    /// Where the walk began; none is the oldest record there is.
    pub(super) fn start(&self, now: Time) -> Option<Time> {
        match self.config.start {
            Start::Ago(span) => Some(now.before(span)),
            Start::At(time) => Some(time),
            Start::Oldest => None,
        }
    }

    /// The pages of a leg, read once more; what cannot be read is no page.
    pub(super) fn pages<'l>(&self, leg: &'l Leg) -> Vec<Page<'l>> {
        let taken = leg
            .pages
            .iter()
            .filter_map(|taken| leg.heard.get(taken.request));
        taken.filter_map(|heard| self.page(heard)).collect()
    }

    fn page<'l>(&self, heard: &'l Heard) -> Option<Page<'l>> {
        let reply = heard.good()?;
        let text = reply.text();
        let Answer {
            records,
            next,
            more,
            partial,
            warnings,
        } = self.config.source.answer(&text, reply, &mut Unread).ok()?;
        Some(Page {
            heard,
            records: records.iter().map(|record| self.seen(record)).collect(),
            next,
            more,
            partial,
            warnings,
        })
    }

    fn seen(&self, record: &Record) -> Seen {
        let mut sheet = Sheet::default();
        let (value, reading) = match record {
            Record::Json(text) => (
                serde_json::from_str(text).unwrap_or_default(),
                self.mapping
                    .read(text, 0, &mut sheet)
                    .ok()
                    .map(|(reading, _)| reading),
            ),
            Record::Broken(line) => (
                Value::from(*line),
                Some(self.mapping.read_broken(line, &mut sheet)),
            ),
        };
        Seen {
            value,
            known_as: reading.as_ref().map_or(0, |reading| reading.known_as),
            by_content: reading.as_ref().is_none_or(|reading| reading.by_content),
            time: reading.and_then(|reading| reading.time),
        }
    }
}
