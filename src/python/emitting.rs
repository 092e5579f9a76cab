//! A run through the Agent: pages are fetched one ahead, handed out as far as they fit, and kept.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, sync_channel};

use parking_lot::Mutex;

use super::emit::Emitter;
use super::keeping::{Keeping, Way};
use super::metrics;
use super::run::Page;
use crate::deliver::{self, Resume};
use crate::error::{Error, Result};
use crate::fetch::{Cancel, Reality};
use crate::keep::live::Instance;
use crate::keep::{Keep, Kept};
use crate::log::Tray;
use crate::pages::{self, Budget, Report};
use crate::walk::Standing;

/// What the walking thread hands over: a page, the end, or why there is no more.
pub(super) type Next = Result<Option<(pages::Page, Option<Standing>)>>;

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

/// A run through the Agent, page by page.
pub(super) struct Emitting {
    pages: Mutex<Pages>,
    pub(super) keep: Mutex<Keeping>,
    said: Vec<String>,
    pub(super) around: Around,
    stream: Arc<pages::Stream>,
    report: Arc<Mutex<Report>>,
    pub(super) tray: Tray,
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

impl Emitting {
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
        Self::walk(stream, resume, budget, keeping, kept.said, around)
    }

    /// The same through an Agent that leaves receipts, once it is clear what they say.
    pub(super) fn with_receipts(
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
        let run = Self::walk(stream, resume, budget, keeping, kept.said, around)?;
        if !ready {
            *run.pages.lock() = Pages::default();
        }
        Ok(run)
    }

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
        )?
        .scouting();
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

    /// The next page, or as much of it as fits into the Agent's file.
    pub(super) fn next(&self) -> Next {
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

    /// Keeps the place after a page that is out.
    pub(super) fn save(&self, page: &Page) -> Result<()> {
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

    /// All that was counted, and how the stream stands by what was kept.
    pub(super) fn metrics(&self) -> Vec<metrics::Metric> {
        let keeping = self.keep.lock();
        let report = self.report.lock();
        let standing = if keeping.ended {
            report.standing
        } else {
            keeping.standing
        };
        let now = crate::time::Time::now();
        let standing = standing.map(|standing| keeping.stands(&self.stream, standing, now));
        metrics::of(&report, standing, &keeping.tally, keeping.passage())
    }

    /// What somebody should know although the run did not fail.
    pub(super) fn warnings(&self) -> Vec<String> {
        let (keeping, report) = (self.keep.lock(), self.report.lock());
        let said = self.said.iter().chain(&report.said);
        said.chain(keeping.said()).cloned().collect()
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
