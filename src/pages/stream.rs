//! One instance made ready: what all its runs have in common.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::config::{AgentFacts, Config, RUN_BYTES, Start};
use crate::error::{Error, Result};
use crate::fetch::{Deadline, Fetch, Hidden, Setup, Surroundings};
use crate::log::Mapping;
use crate::source::{Ask, Reply, Source};
use crate::time::Time;
use crate::walk::{Place, Standing};

use super::{Between, Budget};

/// One instance, checked and ready to run; it keeps its connection from run to run.
pub struct Stream {
    /// As configured.
    pub config: Config,
    /// The tags that every log carries, joined by commas.
    pub tags: String,
    pub(super) source: Arc<Source>,
    pub(super) mapping: Mapping,
    pub(super) fetch: Fetch,
    between: Option<Arc<dyn Between>>,
}

/// What a stream has to know of who runs it.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The Agent's own configuration, as far as it matters.
    pub agent: AgentFacts,
    /// The tags that every log carries, as the Agent joins them; none are the instance's own.
    pub tags: Option<String>,
}

impl Stream {
    /// Reads and checks an instance; nothing is opened yet.
    pub fn read(instance: &Value, init_config: &Value, facts: &Facts) -> Result<Self> {
        let config = Config::read(instance, init_config, &facts.agent)?;
        Self::new(config, facts)
    }

    /// A stream of a checked configuration; nothing is opened yet.
    pub fn new(config: Config, facts: &Facts) -> Result<Self> {
        if facts.agent.fips {
            return Err(Error::config(
                "GOFIPS",
                "this Agent runs in FIPS mode, and logwalk's TLS is not a FIPS module: nothing was \
                 read; run it beside an Agent of the ordinary flavour",
            ));
        }
        let source = &config.source;
        let tags = facts.tags.clone().unwrap_or_else(|| config.tags.join(","));
        let mapping = config.mapping(tags.clone())?;
        let setup = Setup {
            base_url: source.base(&config.filling)?.into(),
            auth: source.auth.filled(|text| config.filling.filled(text)),
            pace: source.pace.clone(),
            requests_per_second: config.limits.requests_per_second,
            rate_limit: source.rate_limit.clone(),
            body_bytes: config.limits.body_bytes,
            secrets: Hidden(config.secrets()),
        };
        let fetch = Fetch::new(&config.http, setup)?;
        Ok(Self {
            source: Arc::new(source.clone()),
            mapping,
            fetch,
            between: None,
            tags,
            config,
        })
    }

    /// The same stream with somebody between it and its API.
    #[must_use]
    pub fn with_between(self, between: Arc<dyn Between>) -> Self {
        Self {
            between: Some(between),
            ..self
        }
    }

    /// A text without the secrets that this stream knows.
    #[must_use]
    pub fn scrub(&self, text: &str) -> String {
        self.fetch.scrub(text)
    }

    pub(super) fn ask(
        &self,
        ask: &Ask,
        deadline: Deadline,
        around: &dyn Surroundings,
    ) -> Result<Reply> {
        let call = self.source.call(&self.config.filling, ask)?;
        let ask = || self.fetch.call(&call, deadline, around);
        match &self.between {
            Some(between) => between.call(&call, &ask),
            None => ask(),
        }
    }

    /// The stream as people call it.
    #[must_use]
    pub fn label(&self) -> String {
        self.config.label()
    }

    /// A place as it was kept.
    pub(super) fn place(&self, text: &str) -> Result<Place> {
        // As a raw value first: its error would quote the text, and a cursor may be long.
        let raw: &RawValue = serde_json::from_str(text).map_err(|_| self.unreadable())?;
        serde_json::from_str(raw.get()).map_err(|_| self.unreadable())
    }

    /// How the stream stands where the walk may have to go back to a place as it was kept, or has to.
    #[must_use]
    pub fn back_at(&self, standing: Standing, place: &str, lost: bool, now: Time) -> Standing {
        match self.place(place) {
            Ok(place) => standing.back_at(&place, &self.source, lost, now),
            // Whoever goes on from it says what is wrong with it.
            Err(_) => standing,
        }
    }

    fn unreadable(&self) -> Error {
        Error::Store(format!(
            "the resume point of {} is whole but not one that this version writes: `logwalk cursor \
             show` prints it, `logwalk cursor reset` begins at `start` again",
            self.label()
        ))
    }

    /// What one run may do; `unseen` is where nothing says what became of what it sent.
    #[must_use]
    pub fn budget(&self, unseen: bool) -> Budget {
        let limits = &self.config.limits;
        Budget {
            bytes: limits.run_bytes.or(unseen.then_some(RUN_BYTES)),
            span: limits.run_seconds.map(Duration::from_secs_f64),
        }
    }

    /// Where a very first run begins; none is the oldest record there is.
    pub(super) fn start(&self, now: Time) -> Option<Time> {
        match self.config.start {
            Start::Ago(span) => Some(now.before(span)),
            Start::At(time) => Some(time),
            Start::Oldest => self.source.retention.map(|kept| now.before(kept)),
        }
    }
}

/// Its label: the rest holds secrets.
impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream")
            .field("label", &self.label())
            .finish_non_exhaustive()
    }
}
