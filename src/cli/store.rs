//! Where a stream's resume point is kept, opened as its configuration says.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::stop::Stop;
use crate::config::{Config, Store};
use crate::deliver::{AgentFiles, Ground};
use crate::error;
use crate::fetch::Reality;
use crate::keep::{AgentCache, Health, HealthFile, Keep, Kept, NO_PLACE, PlaceFile, TwoSlots};

/// Where an Agent's cache is.
#[derive(Debug, Args)]
pub(crate) struct AgentPath {
    /// The Agent's `run_path`, whose cache holds what `store: agent` keeps
    #[arg(long, value_name = "FOLDER", default_value = "/opt/datadog-agent/run")]
    run_path: PathBuf,
}

/// A stream's resume point, wherever it is.
pub(crate) enum Opened {
    /// In a file of its own.
    File(PlaceFile),
    /// In the Agent's cache.
    Agent(PathBuf, TwoSlots<AgentCache>),
}

impl AgentPath {
    /// The resume point of a stream, to be looked at.
    pub(crate) fn open(&self, config: &Config) -> Result<Opened, Stop> {
        let identity = config.identity();
        match &config.store {
            Store::File(folder) => Ok(Opened::File(PlaceFile::new(
                folder,
                &config.label(),
                &identity,
            ))),
            // An empty answer would say that nothing was ever kept.
            Store::Agent if !self.run_path.is_dir() => Err(Stop::usage(format!(
                "{}: its resume point is in an Agent's cache, and there is no {}: name the \
                 Agent's `run_path` with --run-path",
                config.label(),
                self.run_path.display()
            ))),
            Store::Agent => {
                let cache = AgentCache::new(&self.run_path, &identity);
                Ok(Opened::Agent(cache.path().to_owned(), TwoSlots::new(cache)))
            }
        }
    }

    /// What the Agent's logs pipeline notes down of what it has delivered.
    pub(crate) fn receipts(&self) -> Ground {
        Ground {
            // Its counters are not asked for.
            files: Arc::new(AgentFiles::new(&self.run_path, 0)),
            reality: Reality::default(),
        }
    }

    /// The same to be moved: refused where an Agent may be writing it, unless `force`.
    pub(crate) fn open_to_move(&self, config: &Config, force: bool) -> Result<Opened, Stop> {
        if config.store == Store::Agent && !force && may_run() {
            return Err(Stop::usage(format!(
                "{}: its resume point is in the cache of an Agent that may be running, and would \
                 be written by both: stop the Agent, do this as its user (`sudo -u dd-agent`), \
                 and start it again; --force does it at once",
                config.label()
            )));
        }
        self.open(config)
    }
}

impl Opened {
    /// The file it is in; the first of two in the Agent's cache.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::File(file) => file.path(),
            Self::Agent(path, _) => path,
        }
    }

    /// What is kept.
    pub(crate) fn load(&mut self) -> error::Result<Kept> {
        match self {
            Self::File(file) => file.load(),
            Self::Agent(_, slots) => slots.load(),
        }
    }

    /// Keeps a place.
    pub(crate) fn save(&mut self, sequence: u64, place: &str) -> error::Result<()> {
        match self {
            Self::File(file) => file.save(sequence, place),
            Self::Agent(_, slots) => slots.save(sequence, place),
        }
    }

    /// Forgets the place: the next run begins at `start`.
    pub(crate) fn reset(&mut self) -> error::Result<()> {
        match self {
            Self::File(file) => file.reset(),
            Self::Agent(_, slots) => {
                let sequence = slots.load()?.sequence.saturating_add(1);
                slots.save(sequence, NO_PLACE)
            }
        }
    }

    /// How the stream fares, where that is noted.
    pub(crate) fn health(&self) -> Option<Health> {
        match self {
            Self::File(file) => {
                let health = HealthFile::beside(file).read();
                (health != Health::default()).then_some(health)
            }
            // The Agent's own metrics say it.
            Self::Agent(..) => None,
        }
    }
}

/// Whether an Agent runs here, or may for all that can be seen.
fn may_run() -> bool {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return true;
    };
    let mut seen = false;
    for process in processes.flatten() {
        let Ok(line) = std::fs::read(process.path().join("cmdline")) else {
            continue;
        };
        seen = true;
        let program = line.split(|byte| *byte == 0).next().unwrap_or_default();
        let name = program.rsplit(|byte| *byte == b'/').next();
        if matches!(name, Some(b"agent" | b"datadog-agent")) {
            return true;
        }
    }
    // At least this process is there, where such things can be seen at all.
    !seen
}
