//! The logs of a page as Python takes them: one after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::emit::Emitter;
use crate::fetch::Cancel;
use crate::log::{Part, Tray};

/// How long a page's logs go on after the run was cancelled: a page that is out whole need not be
/// sent again, and `check` has to return within a second.
const GRACE: Duration = Duration::from_millis(500);

/// The logs of a page, one dict at a time: no more than one of them exists as Python objects.
#[pyclass(frozen, module = "datadog_checks.logwalk._core")]
pub(super) struct Logs {
    part: Part,
    next: AtomicUsize,
    emitter: Arc<Emitter>,
    cancel: Cancel,
    /// When the wish to stop was first seen.
    stopping: Mutex<Option<Instant>>,
    cut: Arc<AtomicBool>,
    tray: Tray,
}

/// What is left of a page serves the next one.
impl Drop for Logs {
    fn drop(&mut self) {
        if let Some(sheet) = std::mem::take(&mut self.part).into_sheet() {
            self.tray.give_back(sheet);
        }
    }
}

impl Logs {
    /// Logs that end early once `cancel` is raised; then `cut` says so.
    pub(super) fn new(
        part: Part,
        emitter: Arc<Emitter>,
        cancel: Cancel,
        cut: Arc<AtomicBool>,
        tray: Tray,
    ) -> Self {
        Self {
            part,
            next: AtomicUsize::new(0),
            emitter,
            cancel,
            stopping: Mutex::default(),
            cut,
            tray,
        }
    }

    fn is_late(&self) -> bool {
        self.cancel.is_raised() && {
            let mut stopping = self.stopping.lock();
            stopping.get_or_insert_with(Instant::now).elapsed() > GRACE
        }
    }
}

#[pymethods]
impl Logs {
    fn __iter__(logs: PyRef<'_, Self>) -> PyRef<'_, Self> {
        logs
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let Some(line) = self.part.line(self.next.fetch_add(1, Ordering::Relaxed)) else {
            return Ok(None);
        };
        if self.is_late() {
            self.cut.store(true, Ordering::Relaxed);
            return Ok(None);
        }
        self.emitter.dict(py, line).map(Some)
    }
}
