//! One run as Python sees it: pages are pulled, their logs go out, their places are kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};

use parking_lot::Mutex;
use pyo3::prelude::*;

use super::direct::Direct;
use super::emit::{Emitter, Logs};
use super::landing::Landing;
use super::metrics;
use crate::error::{Error, Result};
use crate::fetch::{Cancel, Reality};
use crate::keep::live::Instance;
use crate::keep::{Keep, Kept};
use crate::log::{Sheet, Tray};
use crate::pages::{self, Report, Tally};
use crate::ship::Account;
use crate::walk::Standing;

/// What the walking thread hands over: a page, the end, or why there is no more.
type Next = Result<Option<(pages::Page, Option<Standing>)>>;

/// Walks on a thread of its own, one page ahead of whoever takes the pages.
fn walk_ahead(mut run: pages::Run<Reality>, report: Arc<Mutex<Report>>) -> Result<Receiver<Next>> {
    // No room in between: the page in hand and the one just fetched are all there is.
    let (sender, receiver) = sync_channel(0);
    let walk = move || {
        loop {
            let next = run.next_page();
            let so_far = run.report();
            let standing = so_far.standing;
            *report.lock() = so_far;
            let next = next.map(|page| page.map(|page| (page, standing)));
            let last = !matches!(next, Ok(Some(_)));
            if sender.send(next).is_err() || last {
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
pub(super) struct Run(Way);

/// How a run's logs go out.
enum Way {
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

struct Emitting {
    pages: Mutex<Option<Receiver<Next>>>,
    keep: Mutex<Keeping>,
    said: Vec<String>,
    around: Around,
    report: Arc<Mutex<Report>>,
    tray: Tray,
}

/// What a run shares with its stream.
pub(super) struct Around {
    pub(super) live: Arc<Instance>,
    pub(super) emitter: Arc<Emitter>,
    pub(super) landing: Landing,
    /// Whether the place may move.
    pub(super) keeps: bool,
    pub(super) cancel: Cancel,
}

struct Keeping {
    keep: Box<dyn Keep + Send>,
    sequence: u64,
    landed: bool,
    tally: Tally,
    /// How the stream stands by what was kept: the reader is ahead, and what it read may be lost.
    standing: Option<Standing>,
    /// The reader came to its end and all it read was kept: its word on the stream is the last.
    ended: bool,
}

impl Run {
    /// Begins to walk on from what was kept.
    pub(super) fn begin(
        stream: &Arc<pages::Stream>,
        keep: Box<dyn Keep + Send>,
        kept: Kept,
        around: Around,
    ) -> Result<Self> {
        let cancel = around.cancel.clone();
        let mut walk = pages::Run::new(
            Arc::clone(stream),
            kept.place.as_deref(),
            stream.budget(),
            Reality { cancel },
        )?;
        let begun = walk.report();
        let standing = begun.standing;
        let report = Arc::new(Mutex::new(begun));
        let tray = walk.tray();
        let pages = walk_ahead(walk, Arc::clone(&report))?;
        let emitting = Emitting {
            pages: Mutex::new(Some(pages)),
            keep: Mutex::new(Keeping {
                keep,
                sequence: kept.sequence,
                landed: false,
                tally: Tally::default(),
                standing,
                ended: false,
            }),
            said: kept.said,
            around,
            report,
            tray,
        };
        Ok(Self(Way::Agent(Box::new(emitting))))
    }

    /// Goes on from what was kept, and delivers by itself.
    pub(super) fn direct(direct: Direct, keep: Box<dyn Keep + Send>, kept: Kept) -> Self {
        Self(Way::Direct(Box::new(Shipping {
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

impl Emitting {
    fn next(&self) -> Next {
        let mut pages = self.pages.lock();
        let Some(receiver) = pages.as_ref() else {
            return Ok(None);
        };
        let next = receiver.recv().unwrap_or_else(|_| Err(died()));
        // Nobody wants what was ready when the wish to stop came; it is read again.
        let next = if self.around.cancel.is_raised() {
            Ok(None)
        } else {
            next
        };
        if !matches!(next, Ok(Some(_))) {
            *pages = None;
            self.keep.lock().ended = !self.around.cancel.is_raised();
        }
        next
    }

    fn save(&self, page: &Page) -> Result<()> {
        // The run was cancelled with some of the page's logs not out: it is read again.
        if page.cut.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut keeping = self.keep.lock();
        if self.around.keeps {
            if page.logs > 0 && !keeping.landed {
                match self.around.landing.awaited(&self.around.cancel) {
                    Err(Error::Cancelled) => return Ok(()),
                    awaited => awaited?,
                }
                keeping.landed = true;
            }
            self.around.live.may_keep()?;
            let Some(place) = page.place.lock().take() else {
                return Ok(());
            };
            let sequence = keeping.sequence + 1;
            keeping.keep.save(sequence, &place)?;
            keeping.sequence = sequence;
        }
        keeping.tally += page.tally;
        keeping.standing = page.standing;
        Ok(())
    }
}

/// A thread that ends without a word has panicked: its trace is on standard error.
fn died() -> Error {
    Error::Unavailable(
        "the thread that reads ended unexpectedly, which is a fault in logwalk; the place did not \
         move past what was delivered, and the Agent's own output has the trace"
            .to_owned(),
    )
}

#[pymethods]
impl Run {
    fn __iter__(run: PyRef<'_, Self>) -> PyRef<'_, Self> {
        run
    }

    /// Wait for the next page, GIL free; after the last, raise `RunError` if there is cause.
    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Page>> {
        let run = match &self.0 {
            Way::Agent(run) => run,
            Way::Direct(run) => {
                py.detach(|| run.go())?;
                return Ok(None);
            }
        };
        let next = py.detach(|| run.next())?;
        Ok(next.map(|(page, standing)| Page {
            logs: page.logs.len(),
            iterator: Mutex::new(Some(page.logs)),
            place: Mutex::new(Some(page.place)),
            tally: page.tally,
            standing,
            emitter: Arc::clone(&run.around.emitter),
            cancel: run.around.cancel.clone(),
            cut: Arc::default(),
            tray: run.tray.clone(),
        }))
    }

    /// Save the place after `page`, whose logs are out; an error where that does not stick.
    fn keep(&self, py: Python<'_>, page: &Page) -> PyResult<()> {
        match &self.0 {
            Way::Agent(run) => Ok(py.detach(|| run.save(page))?),
            Way::Direct(_) => Ok(()),
        }
    }

    /// Kind, name without the namespace, value and further tags of all that was counted.
    fn metrics(&self) -> Vec<metrics::Metric> {
        let run = match &self.0 {
            Way::Agent(run) => run,
            Way::Direct(run) => return metrics::of_direct(&run.account.lock()),
        };
        let keeping = run.keep.lock();
        let report = run.report.lock();
        let standing = if keeping.ended {
            report.standing
        } else {
            keeping.standing
        };
        metrics::of(&report, standing, &keeping.tally)
    }

    /// What somebody should know although the run did not fail.
    fn warnings(&self) -> Vec<String> {
        match &self.0 {
            Way::Agent(run) => {
                let report = run.report.lock();
                run.said.iter().chain(&report.said).cloned().collect()
            }
            Way::Direct(run) => {
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
            Way::Agent(run) => run.around.cancel.raise(),
            Way::Direct(run) => run.direct.cancel.raise(),
        }
    }
}

/// The logs of one page, in order, and with them the place to keep once they are emitted.
#[pyclass(frozen, module = "datadog_checks.logwalk._core")]
pub(super) struct Page {
    logs: usize,
    iterator: Mutex<Option<Sheet>>,
    /// The place after it, until it is kept: it may be large.
    place: Mutex<Option<String>>,
    tally: Tally,
    standing: Option<Standing>,
    emitter: Arc<Emitter>,
    cancel: Cancel,
    cut: Arc<AtomicBool>,
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
