//! The core as Python sees it; nothing outside of here names pyo3.

mod cache;
mod direct;
mod emit;
mod emitting;
mod facts;
mod frame;
mod keeping;
mod logs;
mod metrics;
mod probe;
mod run;
mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use crate::config::{Destination, Store};
use crate::deliver::{self, AgentFiles, Ground, Habits, Terms, Watch};
use crate::error::{Error, Result};
use crate::fetch::{Cancel, Reality, Surroundings};
use crate::keep::live::Instance;
use crate::keep::{Keep, PlaceFile, TwoSlots};
use crate::pages;
use crate::ship::Route;

use cache::Cache;
use direct::Direct;
use emit::Emitter;
use emitting::{Around, Emitting};
use facts::Agent;
use run::{Page, Run};

pyo3::create_exception!(
    _core,
    LogwalkError,
    PyException,
    "Anything the core raises."
);
pyo3::create_exception!(
    _core,
    ConfigError,
    LogwalkError,
    "The configuration is wrong and the place did not move; the text names path and fix."
);
pyo3::create_exception!(
    _core,
    RunError,
    LogwalkError,
    "The run ended for a reason that somebody must act on, in words with the fix."
);

#[pymodule]
mod _core {
    #[pymodule_export]
    use super::{ConfigError, LogwalkError, Page, Run, RunError, Stream, main};
}

/// Runs the `logwalk` command and returns its exit status; `python` is for starting the check.
#[cfg(feature = "cli")]
#[pyfunction]
fn main(py: Python<'_>, argv: Vec<String>, python: String) -> i32 {
    py.detach(|| crate::cli::main(argv, Some(python)))
}

/// One instance, checked.
#[pyclass(frozen, module = "datadog_checks.logwalk._core")]
struct Stream {
    inner: Arc<pages::Stream>,
    live: Arc<Instance>,
    emitter: Arc<Emitter>,
    way: Option<Way>,
    /// Where logs go that do not go through the Agent.
    route: Option<Arc<Route>>,
    cancel: Mutex<Cancel>,
    identity: String,
    slots: Option<[PathBuf; 2]>,
}

/// The way of this check's logs through the Agent.
struct Way {
    files: Arc<AgentFiles>,
    log: String,
    habits: Habits,
    entry: String,
    watch: Arc<Mutex<Watch>>,
}

#[pymethods]
impl Stream {
    #[new]
    fn new(py: Python<'_>, instance: &str, init_config: &str, agent: &str) -> PyResult<Self> {
        let read = || -> Result<(pages::Stream, Agent)> {
            let agent: Agent = parse("the Agent's settings", agent)?;
            let instance: Value = parse("instance", instance)?;
            let init_config: Value = parse("init_config", init_config)?;
            let inner = pages::Stream::read(&instance, &init_config, &agent.facts())?;
            Ok((inner, agent))
        };
        let (inner, agent) = py.detach(read)?;
        let identity = inner.config.identity();
        let check = agent.check_id.as_deref().unwrap_or_default();
        let live = Instance::born(
            &identity,
            format!("{} [{check}]", inner.label()),
            agent.born,
        );
        let word = |name: &str| inner.config.log.get(name).and_then(Value::as_str);
        let entry = deliver::entry(word("source"), word("service"));
        let way = agent.files().map(|files| Way {
            files: Arc::new(AgentFiles::new(&files.run_path, files.expvar_port)),
            log: files.log,
            habits: files.habits,
            entry,
            watch: Arc::default(),
        });
        let route = match &inner.config.destination {
            Destination::Agent => None,
            Destination::Datadog(options) => Some(Route::new(
                options,
                &inner.config,
                agent.folder().as_deref(),
            )?),
        };
        Ok(Self {
            route: route.map(Arc::new),
            inner: Arc::new(inner),
            live: Arc::new(live),
            emitter: Arc::new(Emitter::new(py)),
            way,
            cancel: Mutex::default(),
            slots: agent.slots(&identity),
            identity,
        })
    }

    /// What decides which records come, hashed: letters and digits only.
    #[getter]
    fn identity(&self) -> &str {
        &self.identity
    }

    /// What a person calls this stream: the source, and `stream` where one is set.
    #[getter]
    fn label(&self) -> String {
        self.inner.label()
    }

    /// The source's name.
    #[getter]
    fn source(&self) -> &str {
        &self.inner.config.source.name
    }

    /// What keeps two instances of one source apart.
    #[getter]
    fn stream(&self) -> Option<&str> {
        self.inner.config.stream.as_deref()
    }

    /// Everything that must appear nowhere, for the Agent's scrubber.
    #[getter]
    fn secrets(&self) -> Vec<String> {
        self.inner.config.secrets()
    }

    /// Whether logs go through the Agent: only then does a run have pages to emit.
    #[getter]
    fn through_agent(&self) -> bool {
        self.route.is_none()
    }

    /// Seconds between two runs.
    #[getter]
    fn interval(&self) -> f64 {
        self.inner.config.interval.as_secs_f64()
    }

    /// Begin a run: read the place and start to fetch. Without `keeps` the place never moves.
    fn run(&self, py: Python<'_>, cache: Py<PyAny>, keeps: bool) -> PyResult<Run> {
        let cancel = Cancel::default();
        *self.cancel.lock() = cancel.clone();
        Ok(py.detach(|| self.begin(cache, keeps, cancel))?)
    }

    /// Ask the API for one page, as a first run would, and keep nothing: how many logs it makes.
    fn probe(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(py.detach(|| probe::api(&self.inner))?)
    }

    /// Ask the intake whether it knows the key; nothing where logs go through the Agent.
    fn probe_key(&self, py: Python<'_>) -> PyResult<()> {
        let asked = |route: &Arc<Route>| probe::key(route);
        Ok(py.detach(|| self.route.as_ref().map_or(Ok(()), asked))?)
    }

    /// Whether a place is kept, and what has to be known about it.
    fn place(&self, py: Python<'_>, cache: Py<PyAny>) -> PyResult<(bool, Vec<String>)> {
        let kept = py.detach(|| self.keep(cache).load())?;
        Ok((kept.place.is_some(), kept.said))
    }

    /// End the run under way within a second; returns at once, from any thread.
    fn cancel(&self) {
        self.cancel.lock().raise();
        self.live.leave();
    }
}

impl Stream {
    fn begin(&self, cache: Py<PyAny>, keeps: bool, cancel: Cancel) -> Result<Run> {
        self.live.begin_run()?;
        let mut keep = self.keep(cache);
        let kept = keep.load()?;
        if let Some(route) = &self.route {
            let direct = Direct {
                stream: Arc::clone(&self.inner),
                route: Arc::clone(route),
                live: Arc::clone(&self.live),
                cancel,
            };
            return Ok(Run::direct(direct, keep, kept));
        }
        let around = Around {
            live: Arc::clone(&self.live),
            emitter: Arc::clone(&self.emitter),
            keeps,
            cancel: cancel.clone(),
        };
        let run = match self.way.as_ref().filter(|_| keeps) {
            Some(way) => {
                let reality = Reality {
                    cancel,
                    ..Reality::default()
                };
                let span = self.inner.budget(false).span;
                let terms = Terms {
                    file: way.log.clone(),
                    process: deliver::process().to_owned(),
                    habits: way.habits,
                    longest: self.inner.config.limits.log_bytes as u64,
                    until: span.map(|span| reality.tick().saturating_add(span)),
                    entry: way.entry.clone(),
                };
                let site = Ground {
                    files: Arc::clone(&way.files),
                    reality,
                };
                let watch = Arc::clone(&way.watch);
                Emitting::with_receipts(&self.inner, keep, kept, around, (site, terms, watch))
            }
            None => Emitting::begin(&self.inner, keep, kept, around),
        };
        run.map(Run::emitting)
    }

    fn keep(&self, cache: Py<PyAny>) -> Box<dyn Keep + Send> {
        match &self.inner.config.store {
            Store::Agent => Box::new(TwoSlots::new(Cache {
                check: cache,
                files: self.slots.clone(),
            })),
            Store::File(folder) => Box::new(self.file(folder)),
        }
    }

    fn file(&self, folder: &Path) -> PlaceFile {
        PlaceFile::new(folder, &self.inner.label(), &self.identity)
    }
}

fn parse<T: for<'de> Deserialize<'de>>(what: &str, text: &str) -> Result<T> {
    // The parser's words may quote a value, and a value may be a secret.
    serde_json::from_str(text).map_err(|error| {
        let at = format!("{:?} at column {}", error.classify(), error.column());
        Error::config(what, format!("not usable as JSON ({at})"))
    })
}

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        let words = error.to_string();
        match error {
            Error::Config { .. } => ConfigError::new_err(words),
            Error::Credentials(_)
            | Error::Refused(_)
            | Error::Unavailable(_)
            | Error::Waiting { .. }
            | Error::Shape(_)
            | Error::Stuck(_)
            | Error::TooLarge(_)
            | Error::Store(_)
            | Error::Superseded(_)
            | Error::Cancelled => RunError::new_err(words),
        }
    }
}
