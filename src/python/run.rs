//! One run as Python sees it: pages are pulled, their logs go out, their places are kept.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use parking_lot::Mutex;
use pyo3::prelude::*;

use super::direct::Direct;
use super::emit::Emitter;
use super::emitting::Emitting;
use super::logs::Logs;
use super::metrics;
use crate::deliver::Line;
use crate::error::Result;
use crate::fetch::Cancel;
use crate::keep::{Keep, Kept};
use crate::log::{Part, Tray};
use crate::pages::Tally;
use crate::ship::Account;
use crate::walk::Standing;

/// One run: an iterator over pages. The next page is fetched while this one is emitted.
#[pyclass(frozen, module = "datadog_checks.logwalk._core")]
pub(super) struct Run(Means);

/// By what a run's logs go out.
enum Means {
    /// Through the Agent, page by page.
    Agent(Box<Emitting>),
    /// By themselves: there is nothing to emit.
    Direct(Box<Shipping>),
}

struct Shipping {
    direct: Direct,
    keep: Mutex<Option<Box<dyn Keep + Send>>>,
    kept: Kept,
    account: Arc<Mutex<Account>>,
}

impl Run {
    /// A run through the Agent.
    pub(super) fn emitting(run: Emitting) -> Self {
        Self(Means::Agent(Box::new(run)))
    }

    /// Goes on from what was kept, and delivers by itself.
    pub(super) fn direct(direct: Direct, keep: Box<dyn Keep + Send>, kept: Kept) -> Self {
        Self(Means::Direct(Box::new(Shipping {
            direct,
            keep: Mutex::new(Some(keep)),
            kept,
            account: Arc::default(),
        })))
    }
}

impl Shipping {
    /// All of the run, the first time it is asked for.
    fn go(&self) -> Result<()> {
        match self.keep.lock().take() {
            Some(mut keep) => self.direct.go(keep.as_mut(), &self.kept, &self.account),
            None => Ok(()),
        }
    }
}

#[pymethods]
impl Run {
    /// Whether a crash left a line without its end: an empty log ends it, before any other is sent.
    #[getter]
    fn line_is_open(&self) -> bool {
        match &self.0 {
            Means::Agent(run) => run.keep.lock().line_is_open(),
            Means::Direct(_) => false,
        }
    }

    fn __iter__(run: PyRef<'_, Self>) -> PyRef<'_, Self> {
        run
    }

    /// Wait for the next page, GIL free; after the last, raise `RunError` if there is cause.
    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Page>> {
        let run = match &self.0 {
            Means::Agent(run) => run,
            Means::Direct(run) => {
                py.detach(|| run.go())?;
                return Ok(None);
            }
        };
        let next = py.detach(|| run.next())?;
        Ok(next.map(|(page, standing)| {
            let lengths = page.lengths();
            let lines = page.keys.iter().zip(lengths);
            Page {
                logs: page.logs.len(),
                lines: lines
                    .map(|(key, bytes)| Line { key: *key, bytes })
                    .collect(),
                iterator: Mutex::new(Some(page.logs)),
                place: Mutex::new(page.place),
                tally: page.tally,
                standing,
                emitter: Arc::clone(&run.around.emitter),
                cancel: run.around.cancel.clone(),
                cut: Arc::default(),
                tray: run.tray.clone(),
            }
        }))
    }

    /// Save the place after `page`, whose logs are out; an error where that does not stick.
    fn keep(&self, py: Python<'_>, page: &Page) -> PyResult<()> {
        match &self.0 {
            Means::Agent(run) => Ok(py.detach(|| run.save(page))?),
            Means::Direct(_) => Ok(()),
        }
    }

    /// Kind, name without the namespace, value and further tags of all that was counted.
    fn metrics(&self) -> Vec<metrics::Metric> {
        match &self.0 {
            Means::Agent(run) => run.metrics(),
            Means::Direct(run) => metrics::of_direct(&run.account.lock()),
        }
    }

    /// What somebody should know although the run did not fail.
    fn warnings(&self) -> Vec<String> {
        match &self.0 {
            Means::Agent(run) => run.warnings(),
            Means::Direct(run) => {
                let said = run.direct.warnings(&run.account.lock());
                run.kept.said.iter().cloned().chain(said).collect()
            }
        }
    }
}

/// Whoever lets go of a run has no use for the page that is being fetched.
impl Drop for Run {
    fn drop(&mut self) {
        match &self.0 {
            Means::Agent(run) => run.around.cancel.raise(),
            Means::Direct(run) => run.direct.cancel.raise(),
        }
    }
}

/// The logs of one page, in order, and with them the place to keep once they are emitted.
#[pyclass(frozen, module = "datadog_checks.logwalk._core")]
pub(super) struct Page {
    logs: usize,
    pub(super) lines: Vec<Line>,
    iterator: Mutex<Option<Part>>,
    /// The place after it, until it is kept: it may be large.
    pub(super) place: Mutex<Option<String>>,
    pub(super) tally: Tally,
    pub(super) standing: Option<Standing>,
    emitter: Arc<Emitter>,
    cancel: Cancel,
    pub(super) cut: Arc<AtomicBool>,
    tray: Tray,
}

#[pymethods]
impl Page {
    fn __iter__(&self) -> Logs {
        let logs = self.iterator.lock().take().unwrap_or_default();
        let (emitter, cancel) = (Arc::clone(&self.emitter), self.cancel.clone());
        Logs::new(
            logs,
            emitter,
            cancel,
            Arc::clone(&self.cut),
            self.tray.clone(),
        )
    }

    fn __len__(&self) -> usize {
        self.logs
    }
}
