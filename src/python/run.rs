//! One run as Python sees it: pages are pulled, their logs go out, their places are kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};

use parking_lot::Mutex;
use pyo3::prelude::*;

use super::direct::Direct;
use super::emit::{Emitter, Logs};
use super::keeping::{Keeping, Way};
use super::metrics;
use crate::deliver::{self, Line, Resume};
use crate::error::{Error, Result};
use crate::fetch::{Cancel, Reality};
use crate::keep::live::Instance;
use crate::keep::{Keep, Kept};
use crate::log::{Part, Tray};
use crate::pages::{self, Budget, Report, Tally};
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

struct Emitting {
    pages: Mutex<Pages>,
    keep: Mutex<Keeping>,
    said: Vec<String>,
    around: Around,
    stream: Arc<pages::Stream>,
    report: Arc<Mutex<Report>>,
    tray: Tray,
}

/// What is still to be handed to Python.
#[derive(Default)]
struct Pages {
    receiver: Option<Receiver<Next>>,
    /// What did not fit into the Agent's file any more.
    rest: Option<(pages::Page, Option<Standing>)>,
}

/// What a run shares with its stream.
pub(super) struct Around {
    pub(super) live: Arc<Instance>,
    pub(super) emitter: Arc<Emitter>,
    /// Whether the place may move.
    pub(super) keeps: bool,
    pub(super) cancel: Cancel,
}

impl Run {
    /// Begins to walk on from what was kept.
    pub(super) fn begin(
        stream: &Arc<pages::Stream>,
        keep: Box<dyn Keep + Send>,
        kept: Kept,
        around: Around,
    ) -> Result<Self> {
        let resume = kept.place.as_deref().map(deliver::resume_of);
        let keeping = Keeping::new(keep, kept.sequence, None);
        let budget = stream.budget(true);
        let run = Emitting::walk(stream, resume, budget, keeping, kept.said, around)?;
        Ok(Self(Means::Agent(Box::new(run))))
    }

    /// The same through an Agent that leaves receipts, once it is clear what they say.
    pub(super) fn begin_with_receipts(
        stream: &Arc<pages::Stream>,
        keep: Box<dyn Keep + Send>,
        kept: Kept,
        around: Around,
        way: Way,
    ) -> Result<Self> {
        let mut keeping = Keeping::new(keep, kept.sequence, None);
        let (resume, ready) = match keeping.open(kept.place.as_deref(), way, &around) {
            Ok(opened) => opened,
            Err(Error::Cancelled) => (kept.place.as_deref().map(deliver::resume_of), false),
            Err(other) => return Err(other),
        };
        let budget = stream.budget(!keeping.has_receipts());
        let run = Emitting::walk(stream, resume, budget, keeping, kept.said, around)?;
        if !ready {
            *run.pages.lock() = Pages::default();
        }
        Ok(Self(Means::Agent(Box::new(run))))
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

impl Emitting {
    fn walk(
        stream: &Arc<pages::Stream>,
        resume: Option<Resume>,
        budget: Budget,
        mut keeping: Keeping,
        said: Vec<String>,
        around: Around,
    ) -> Result<Self> {
        let cancel = around.cancel.clone();
        let (place, delivered) = match resume {
            Some(resume) => (resume.place, resume.delivered),
            None => (None, Vec::new()),
        };
        let mut walk = pages::Run::resume(
            Arc::clone(stream),
            place.as_deref(),
            &delivered,
            budget,
            Reality {
                cancel,
                ..Reality::default()
            },
        )?;
        let begun = walk.report();
        keeping.standing = begun.standing;
        let report = Arc::new(Mutex::new(begun));
        let tray = walk.tray();
        let receiver = Some(walk_ahead(walk, Arc::clone(&report))?);
        let rest = None;
        Ok(Self {
            pages: Mutex::new(Pages { receiver, rest }),
            keep: Mutex::new(keeping),
            said,
            around,
            stream: Arc::clone(stream),
            report,
            tray,
        })
    }

    fn next(&self) -> Next {
        let mut pages = self.pages.lock();
        let next = match (pages.rest.take(), &pages.receiver) {
            (_, None) => return Ok(None),
            (Some(rest), Some(_)) => Ok(Some(rest)),
            (None, Some(receiver)) => receiver.recv().unwrap_or_else(|_| Err(died())),
        };
        // Nobody wants what was ready when the wish to stop came; it is read again.
        let cancelled = self.around.cancel.is_raised();
        let next = if cancelled { Ok(None) } else { next };
        let Ok(Some((mut page, standing))) = next else {
            pages.receiver = None;
            self.keep.lock().ended = !cancelled;
            return next;
        };
        match self.keep.lock().room(&mut page, &self.around) {
            Ok(None) | Err(Error::Cancelled) => {
                pages.receiver = None;
                Ok(None)
            }
            Ok(Some(logs)) => {
                let (part, rest) = page.parted(logs);
                pages.rest = rest.map(|rest| (rest, standing));
                Ok(Some((part, standing)))
            }
            Err(other) => {
                pages.receiver = None;
                Err(other)
            }
        }
    }

    fn save(&self, page: &Page) -> Result<()> {
        // The run was cancelled with some of the page's logs not out: it is read again.
        if page.cut.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut keeping = self.keep.lock();
        let place = page.place.lock().take();
        let whole = place.is_some();
        match keeping.delivered(&page.lines, place, &self.around) {
            Ok(()) => {}
            Err(Error::Cancelled) => return Ok(()),
            Err(other) => return Err(other),
        }
        keeping.tally += page.tally;
        if whole {
            keeping.standing = page.standing;
        }
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
        let run = match &self.0 {
            Means::Agent(run) => run,
            Means::Direct(run) => return metrics::of_direct(&run.account.lock()),
        };
        let keeping = run.keep.lock();
        let report = run.report.lock();
        let standing = if keeping.ended {
            report.standing
        } else {
            keeping.standing
        };
        let now = crate::time::Time::now();
        let standing = standing.map(|standing| keeping.stands(&run.stream, standing, now));
        metrics::of(&report, standing, &keeping.tally, keeping.passage())
    }

    /// What somebody should know although the run did not fail.
    fn warnings(&self) -> Vec<String> {
        match &self.0 {
            Means::Agent(run) => {
                let (keeping, report) = (run.keep.lock(), run.report.lock());
                let said = run.said.iter().chain(&report.said);
                said.chain(keeping.said()).cloned().collect()
            }
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
    lines: Vec<Line>,
    iterator: Mutex<Option<Part>>,
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
