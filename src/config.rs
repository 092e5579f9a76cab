//! An instance as written, checked: everything a stream needs to know, once.

mod destination;
mod filling;
mod identity;
mod keys;
mod options;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::deliver::datadog;
use crate::error::{Error, Result};
use crate::fetch;
use crate::log::{Mapping, Terms, TooOld};
use crate::source::{Ask, Auth, Filling, Source, catalog, web_address};
use crate::time::Time;
use crate::written::{Fields, Written};

pub use crate::fetch::{AgentFacts, AgentProxy, DEFAULT_INTERVAL};
pub use options::RUN_BYTES;

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
    /// Where logs go.
    pub destination: Destination,
    /// Where the resume point lives.
    pub store: Store,
    /// How often the check runs.
    pub interval: Duration,
    /// The instance's tags, which the Agent puts beside every log.
    pub tags: Vec<String>,
}

impl Config {
    /// An instance as written, with the file's `init_config` and what is known of the Agent.
    pub fn read(instance: &Value, init_config: &Value, agent: &AgentFacts) -> Result<Self> {
        Self::read_at(
            &Written::new(instance, ""),
            &Written::new(init_config, "init_config"),
            agent,
        )
    }

    /// The same where the instance stands somewhere in a file, which errors then name.
    pub fn read_at(written: &Written, init_config: &Written, agent: &AgentFacts) -> Result<Self> {
        refuse_names(&written.any_fields()?)?;
        let fields = written.fields(&keys::of_instance())?;
        let init = init_config.fields(&keys::of_init_config())?;
        let mut source = catalog::resolved(&fields.at("source"))?;
        source.overlap = fields.at("overlap").duration()?.unwrap_or(source.overlap);
        source.settle = fields.at("settle").duration()?.unwrap_or(source.settle);
        let own_log = fields.at("log");
        own_log.any_fields()?;
        let log = catalog::merged_log(&source.log, own_log.value);
        let hashes = log
            .get("hash")
            .and_then(Value::as_array)
            .is_some_and(|paths| !paths.is_empty());
        let interval = options::interval(&fields.at("min_collection_interval"), agent)?;
        let http = fetch::Options::read(&fields, &init, agent)?;
        let destination = destination::read(&fields, &init, agent)?;
        let config = Self {
            filling: filling::read(&fields, &source, hashes)?,
            stream: options::stream(&fields.at("stream"))?,
            start: options::start(&fields.at("start"))?,
            page_size: page_size(&fields.at("page_size"), &source)?,
            service: service(&fields, &init)?,
            too_old: options::too_old(&fields.at("too_old"))?,
            limits: options::limits(&fields.at("limits"), interval, agent, &destination)?,
            http,
            store: options::store(&fields.at("store"))?,
            destination,
            tags: tags(&fields.at("tags"))?,
            log,
            interval,
            source,
        };
        config
            .can_be_asked()
            .map_err(|error| below(written, error))?;
        // Nobody can be wrong in a mapping but who wrote it: in `log`, or in a source of their own.
        let author = if own_log.is_absent() {
            fields.at("source")
        } else {
            written.clone()
        };
        config
            .mapping(config.tags.join(","))
            .map_err(|error| below(&author, error))?;
        Ok(config)
    }

    /// All that may not be seen: for scrubbers of logs.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets: Vec<String> = self.filling.credentials.values().cloned().collect();
        secrets.extend(self.http.secrets());
        if let Destination::Datadog(options) = &self.destination {
            secrets.extend(options.secrets());
        }
        secrets
    }

    /// The stream as people call it.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.stream {
            Some(stream) => format!("{} (stream {stream})", self.source.name),
            None => self.source.name.clone(),
        }
    }

    /// The mapping made ready, for logs that carry these tags.
    pub fn mapping(&self, tags: String) -> Result<Mapping> {
        let terms = Terms {
            source_name: self.source.name.clone(),
            service: self.service.clone(),
            instance_tags: tags,
            log_bytes: self.limits.log_bytes,
            too_old: self.too_old,
            hash_key: self.filling.credentials.get(filling::HASH_KEY).cloned(),
            settings: self.filling.settings.clone(),
        };
        Mapping::new(&self.source, &self.log, terms)
    }

    /// The first request is written, so that values which fit into none are found before any run.
    fn can_be_asked(&self) -> Result<()> {
        let trial = self.source.call(&self.filling, &Ask::default()).map(|_| ());
        let token_url = match &self.source.auth {
            Auth::OAuth2 { token_url, .. } => web_address(&self.filling.filled(token_url))
                .map(|_| ())
                .map_err(|problem| Error::config("source.auth.oauth2.token_url", problem)),
            Auth::Headers | Auth::Basic { .. } => Ok(()),
        };
        trial.and(token_url)
    }
}

/// A mistake whose path begins at `outer`.
fn below(outer: &Written, error: Error) -> Error {
    match error {
        Error::Config { at, problem } if !outer.at.is_empty() => {
            Error::config(format!("{}.{at}", outer.at), problem)
        }
        other => other,
    }
}

/// Two options of every check that would break this one.
fn refuse_names(fields: &Fields) -> Result<()> {
    for key in ["name", "namespace"] {
        let value = fields.at(key);
        if !value.is_absent() {
            return Err(value.problem(
                "the Agent would name its log files by this and lose their unread ends at every restart; use `stream` for a label",
            ));
        }
    }
    Ok(())
}

fn page_size(value: &Written, source: &Source) -> Result<Option<u32>> {
    let Some(wanted) = value.whole(1)? else {
        return Ok(None);
    };
    let Some(size) = source
        .next
        .as_ref()
        .and_then(|next| next.page_size.as_ref())
    else {
        return Err(value.problem(format!("{} has no page size to ask for", source.name)));
    };
    match u32::try_from(wanted) {
        Ok(wanted) if wanted <= size.max => Ok(Some(wanted)),
        Ok(_) | Err(_) => {
            Err(value.problem(format!("expected at most {}, found {wanted}", size.max)))
        }
    }
}

fn service(fields: &Fields, init: &Fields) -> Result<Option<String>> {
    match fields.at("service").scalar()? {
        Some(service) => Ok(Some(service)),
        None => init.at("service").scalar(),
    }
}

fn tags(value: &Written) -> Result<Vec<String>> {
    let mut tags = Vec::new();
    for item in value.items()? {
        tags.push(
            item.scalar()?
                .ok_or_else(|| item.wrong("a tag such as env:prod"))?,
        );
    }
    Ok(tags)
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
    /// Bytes of log lines, newlines included, where somebody has set it.
    pub run_bytes: Option<u64>,
    /// Seconds from the run's begin.
    pub run_seconds: Option<f64>,
    /// One log line.
    pub log_bytes: usize,
    /// One reply, decompressed.
    pub body_bytes: u64,
    /// Shared by all streams of one origin and credential.
    pub requests_per_second: Option<f64>,
}

/// Where logs go.
#[derive(Debug, Clone)]
pub enum Destination {
    /// Through the Agent that runs the check.
    Agent,
    /// To Datadog's log intake.
    Datadog(Box<datadog::Options>),
}

/// Where the resume point lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// In the Agent's persistent cache.
    Agent,
    /// In a folder, a readable file a stream.
    File(PathBuf),
}
