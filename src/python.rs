//! The core as Python sees it; the one file that names pyo3.

mod emit;
mod metrics;

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use parking_lot::Mutex;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use crate::config::{AgentFacts, AgentProxy, Store};
use crate::error::{Error, Result};
use crate::fetch::{Cancel, Reality};
use crate::keep::live::Instance;
use crate::keep::{Keep, PlaceFile, Slots, TwoSlots};
use crate::pages::{self, Facts, Report, Tally};

use emit::{Emitter, Logs};

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
    "The configuration is wrong and nothing was read; the text names path and fix, no secret."
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
    cancel: Mutex<Cancel>,
    identity: String,
}

#[pymethods]
impl Stream {
    #[new]
    fn new(py: Python<'_>, instance: &str, init_config: &str, agent: &str) -> PyResult<Self> {
        let read = || -> Result<(pages::Stream, String)> {
            let agent: Agent = parse("the Agent's settings", agent)?;
            let instance: Value = parse("instance", instance)?;
            let init_config: Value = parse("init_config", init_config)?;
            let check = agent.check_id.clone().unwrap_or_default();
            Ok((
                pages::Stream::read(&instance, &init_config, &agent.facts())?,
                check,
            ))
        };
        let (inner, check) = py.detach(read).map_err(raised)?;
        let identity = inner.config.identity();
        let live = Instance::new(&identity, format!("{} [{check}]", inner.label()));
        Ok(Self {
            inner: Arc::new(inner),
            live: Arc::new(live),
            emitter: Arc::new(Emitter::new(py)),
            cancel: Mutex::default(),
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

    /// Seconds between two runs.
    #[getter]
    fn interval(&self) -> f64 {
        self.inner.config.interval.as_secs_f64()
    }

    /// Begin a run: read the place and start to fetch. Without `keeps` the place never moves.
    fn run(&self, py: Python<'_>, cache: Py<PyAny>, keeps: bool) -> PyResult<Run> {
        let cancel = Cancel::default();
        *self.cancel.lock() = cancel.clone();
        py.detach(|| self.begin(cache, keeps, cancel))
            .map_err(raised)
    }

    /// End the run under way soon; returns at once, from any thread.
    fn cancel(&self) {
        self.cancel.lock().raise();
        self.live.leave();
    }
}

impl Stream {
    fn begin(&self, cache: Py<PyAny>, keeps: bool, cancel: Cancel) -> Result<Run> {
        self.live.begin_run()?;
        let mut keep: Box<dyn Keep + Send> = match &self.inner.config.store {
            Store::Agent => Box::new(TwoSlots::new(Cache(cache))),
            Store::File(folder) => Box::new(self.file(folder)),
        };
        let kept = keep.load()?;
        let budget = self.inner.budget();
        let around = Reality {
            cancel: cancel.clone(),
        };
        let run = pages::Run::new(
            Arc::clone(&self.inner),
            kept.place.as_deref(),
            budget,
            around,
        )?;
        let report = Arc::new(Mutex::new(None));
        let pages = walk_ahead(run, Arc::clone(&report))?;
        Ok(Run {
            pages: Mutex::new(pages),
            keep: Mutex::new(Keeping {
                keep,
                sequence: kept.sequence,
                tally: Tally::default(),
            }),
            said: kept.said,
            live: Arc::clone(&self.live),
            emitter: Arc::clone(&self.emitter),
            report,
            keeps,
            cancel,
        })
    }

    fn file(&self, folder: &Path) -> PlaceFile {
        PlaceFile::new(folder, &self.inner.label(), &self.identity)
    }
}

/// Walks on a thread of its own, one page ahead of whoever takes the pages.
fn walk_ahead(
    mut run: pages::Run<Reality>,
    report: Arc<Mutex<Option<Report>>>,
) -> Result<Receiver<Result<pages::Page>>> {
    // No room in between: the page in hand and the one just fetched are all there is.
    let (sender, receiver) = sync_channel(0);
    let walk = move || {
        loop {
            let next = run.next_page();
            *report.lock() = Some(run.report());
            let page = match next {
                Ok(Some(page)) => Ok(page),
                Ok(None) => return,
                Err(error) => Err(error),
            };
            let last = page.is_err();
            if sender.send(page).is_err() || last {
                return;
            }
        }
    };
    std::thread::Builder::new()
        .name("logwalk".to_owned())
        .spawn(walk)
        .map_err(|error| {
            Error::Unavailable(format!("no thread could be started to fetch with: {error}"))
        })?;
    Ok(receiver)
}

/// One run: an iterator over pages. The next page is fetched while this one is emitted.
#[pyclass(frozen, module = "datadog_checks.logwalk._core")]
struct Run {
    pages: Mutex<Receiver<Result<pages::Page>>>,
    keep: Mutex<Keeping>,
    said: Vec<String>,
    live: Arc<Instance>,
    emitter: Arc<Emitter>,
    report: Arc<Mutex<Option<Report>>>,
    keeps: bool,
    cancel: Cancel,
}

struct Keeping {
    keep: Box<dyn Keep + Send>,
    sequence: u64,
    tally: Tally,
}

#[pymethods]
impl Run {
    fn __iter__(run: PyRef<'_, Self>) -> PyRef<'_, Self> {
        run
    }

    /// Wait for the next page, GIL free; after the last, raise `RunError` if there is cause.
    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Page>> {
        let next = py.detach(|| self.pages.lock().recv());
        let Ok(next) = next else { return Ok(None) };
        let page = next.map_err(raised)?;
        Ok(Some(Page {
            logs: page.logs.len(),
            iterator: Mutex::new(Some(page.logs)),
            place: page.place,
            tally: page.tally,
            emitter: Arc::clone(&self.emitter),
        }))
    }

    /// Save the place after `page`, whose logs are out; `RunError` where that does not stick.
    fn keep(&self, py: Python<'_>, page: &Page) -> PyResult<()> {
        py.detach(|| self.save(page)).map_err(raised)
    }

    /// Kind, name without the namespace, value and further tags of all that was counted.
    fn metrics(&self) -> Vec<(&'static str, String, f64, Vec<String>)> {
        let tally = self.keep.lock().tally;
        metrics::of(self.report.lock().as_ref(), &tally)
    }

    /// What somebody should know although the run did not fail.
    fn warnings(&self) -> Vec<String> {
        let report = self.report.lock();
        let said = report.iter().flat_map(|report| report.said.iter());
        self.said.iter().chain(said).cloned().collect()
    }
}

impl Run {
    fn save(&self, page: &Page) -> Result<()> {
        let mut keeping = self.keep.lock();
        if self.keeps {
            self.live.may_keep()?;
            let sequence = keeping.sequence + 1;
            keeping.keep.save(sequence, &page.place)?;
            keeping.sequence = sequence;
        }
        keeping.tally += page.tally;
        Ok(())
    }
}

/// Whoever lets go of a run has no use for the page that is being fetched.
impl Drop for Run {
    fn drop(&mut self) {
        self.cancel.raise();
    }
}

/// The logs of one page, in order, and with them the place to keep once they are emitted.
#[pyclass(frozen, module = "datadog_checks.logwalk._core")]
struct Page {
    logs: usize,
    iterator: Mutex<Option<Vec<crate::log::Log>>>,
    place: String,
    tally: Tally,
    emitter: Arc<Emitter>,
}

#[pymethods]
impl Page {
    fn __iter__(&self) -> Logs {
        let logs = self.iterator.lock().take().unwrap_or_default();
        Logs::new(logs, Arc::clone(&self.emitter))
    }

    fn __len__(&self) -> usize {
        self.logs
    }
}

/// The Agent's persistent cache, reached through the check.
struct Cache(Py<PyAny>);

impl Cache {
    fn key(slot: usize) -> String {
        format!("place_{slot}")
    }
}

impl Slots for Cache {
    fn read(&self, slot: usize) -> Result<Option<String>> {
        Python::attach(|py| {
            let read = self
                .0
                .bind(py)
                .call_method1("read_persistent_cache", (Self::key(slot),));
            read.and_then(|text| text.extract()).map_err(|error| {
                Error::Store(format!(
                    "the Agent's cache cannot be read ({error}): nothing was read"
                ))
            })
        })
    }

    fn write(&self, slot: usize, text: &str) -> Result<()> {
        Python::attach(|py| {
            let write = (Self::key(slot), text);
            let wrote = self
                .0
                .bind(py)
                .call_method1("write_persistent_cache", write);
            wrote.map(drop).map_err(|error| {
                Error::Store(format!("the Agent's cache cannot be written: {error}"))
            })
        })
    }
}

/// What the check tells of its Agent.
#[derive(Deserialize)]
struct Agent {
    check_id: Option<String>,
    tags: Option<String>,
    proxy: Option<Proxy>,
    max_message_size_bytes: Option<usize>,
    fips: Option<bool>,
}

#[derive(Deserialize)]
struct Proxy {
    http: Option<String>,
    https: Option<String>,
    no_proxy: Option<Vec<String>>,
}

impl Agent {
    fn facts(self) -> Facts {
        let proxy = self
            .proxy
            .map_or_else(AgentProxy::default, |proxy| AgentProxy {
                http: proxy.http.filter(|url| !url.is_empty()),
                https: proxy.https.filter(|url| !url.is_empty()),
                no_proxy: proxy.no_proxy.unwrap_or_default(),
            });
        let agent = AgentFacts {
            proxy,
            max_message_bytes: self.max_message_size_bytes.filter(|most| *most > 0),
            fips: self.fips.unwrap_or(false),
            ..AgentFacts::default()
        };
        Facts {
            agent,
            tags: Some(self.tags.unwrap_or_default()),
        }
    }
}

fn parse<T: for<'de> Deserialize<'de>>(what: &str, text: &str) -> Result<T> {
    // The parser's words may quote a value, and a value may be a secret.
    serde_json::from_str(text).map_err(|error| {
        let at = format!("{:?} at column {}", error.classify(), error.column());
        Error::config(what, format!("not usable as JSON ({at})"))
    })
}

fn raised(error: Error) -> PyErr {
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
        | Error::Cancelled => RunError::new_err(words),
    }
}
