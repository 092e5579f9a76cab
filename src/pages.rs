//! Walk, fetch and log put together: pages ready to deliver, each with its resume point.

mod between;
mod page;
mod reader;
mod report;
mod scout;
mod stream;
mod taking;

use std::sync::Arc;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::fetch::{Deadline, Surroundings};
use crate::log::{Sheet, Tray};
use crate::source::{Ask, Reply};
use crate::time::Time;
use crate::walk::{Ending, Place, Walk};

pub use between::Between;
pub use page::Page;
pub use report::{Report, Tally};
use scout::Scout;
pub use stream::{Facts, Stream};

/// How much one run may do; none is no limit.
#[derive(Debug, Clone, Copy, Default)]
pub struct Budget {
    /// Bytes of log lines, newlines included.
    pub bytes: Option<u64>,
    /// How long the run may take.
    pub span: Option<Duration>,
}

/// One run over a stream: pages, until there are no more or the budget is spent.
pub struct Run<S> {
    stream: Arc<Stream>,
    around: S,
    walk: Walk,
    budget: Budget,
    deadline: Deadline,
    unsaid: bool,
    bytes: u64,
    /// What was there at this moment is enough.
    enough: Option<Time>,
    over: bool,
    report: Report,
    tray: Tray,
    scout: Option<Scout>,
}

/// The statuses by which an API says that it does not know a cursor any more.
const CURSOR_REFUSED: [u16; 4] = [400, 404, 410, 422];

impl<S: Surroundings> Run<S> {
    /// Goes on from a place as it was kept; without one, from where the configuration begins.
    pub fn new(
        stream: Arc<Stream>,
        place: Option<&str>,
        budget: Budget,
        around: S,
    ) -> Result<Self> {
        Self::resume(stream, place, &[], budget, around)
    }

    /// The same where records are known to be delivered beyond the place.
    pub fn resume(
        stream: Arc<Stream>,
        place: Option<&str>,
        delivered: &[u64],
        budget: Budget,
        around: S,
    ) -> Result<Self> {
        let now = around.now();
        let deadline = match budget.span {
            Some(span) => Deadline::within(span, &around),
            None => Deadline::NEVER,
        };
        let _ = stream.fetch.take_counts();
        let mut place: Option<Place> = place.map(|text| stream.place(text)).transpose()?;
        if let Some(place) = &mut place {
            place.seen.know(delivered, now);
        }
        let first = place.is_none();
        let start = stream.start(now);
        let source = Arc::clone(&stream.source);
        let walk = Walk::resume(source, stream.config.page_size, place, start, now);
        let mut report = Report::new(now);
        if let Some(Ending::Waiting(until)) = walk.ending() {
            report.say(format!("the API said to wait: no request before {until}"));
        }
        Ok(Self {
            stream,
            around,
            walk,
            budget,
            deadline,
            unsaid: first,
            bytes: 0,
            enough: None,
            over: false,
            report,
            tray: Tray::default(),
            scout: None,
        })
    }

    /// The same, but no further than what was there at a moment: a log that grows faster than it is
    /// read has no end. Where records come newest first, or have no times, it goes on to the end.
    #[must_use]
    pub fn up_to(mut self, moment: Time) -> Self {
        self.enough = Some(moment);
        self
    }

    /// The same, asking for the next page while one is mapped and delivered.
    #[must_use]
    pub fn scouting(mut self) -> Self
    where
        S: Clone + Send + Sync + 'static,
    {
        self.scout = Some(Scout::new(Arc::new(self.around.clone())));
        self
    }

    /// The next page; none when there is nothing more to do in this run.
    ///
    /// A page may be empty: it then only carries a resume point that moved.
    pub fn next_page(&mut self) -> Result<Option<Page>> {
        if self.over {
            return Ok(None);
        }
        if self.unsaid {
            // Where a first run begins is fixed before anything can go wrong with it.
            self.unsaid = false;
            return Ok(Some(self.page(
                Sheet::default(),
                Vec::new(),
                Tally::default(),
            )?));
        }
        let page = self.read_on();
        self.over = !matches!(page, Ok(Some(_)));
        match page {
            Err(Error::Unavailable(words)) if self.report.pages > 0 => {
                self.report.say(words);
                Ok(None)
            }
            other => other,
        }
    }

    /// Where the sheet of a page that was delivered may be put, for the next page.
    #[must_use]
    pub fn tray(&self) -> Tray {
        self.tray.clone()
    }

    /// What the run came to, so far.
    pub fn report(&mut self) -> Report {
        self.report.requested(self.stream.fetch.take_counts());
        let now = self.around.now();
        self.report.stands(self.walk.standing(now), now);
        self.report.clone()
    }

    fn read_on(&mut self) -> Result<Option<Page>> {
        loop {
            if self.around.cancelled() {
                return Ok(None);
            }
            let Some(ask) = self.walk.ask() else {
                return self.end();
            };
            if self.is_spent() || self.report.enough {
                return Ok(None);
            }
            let scouted = self.scout.as_mut().and_then(|scout| scout.reply(&ask));
            let asked =
                scouted.unwrap_or_else(|| self.stream.ask(&ask, self.deadline, &self.around));
            match asked {
                Ok(reply) if (200..300).contains(&reply.status) => {
                    return self.take(reply, &ask).map(Some);
                }
                Ok(reply) => self.turned_down(&reply, &ask)?,
                Err(Error::TooLarge(words)) => self.walk.too_large(&words)?,
                Err(Error::Waiting { until, why }) => {
                    self.walk.told_to_wait(until, self.around.now());
                    self.report.say(format!("{why}; waiting until {until}"));
                    return self
                        .page(Sheet::default(), Vec::new(), Tally::default())
                        .map(Some);
                }
                Err(Error::Cancelled) => return Ok(None),
                Err(other) => return Err(other),
            }
        }
    }

    fn turned_down(&mut self, reply: &Reply, ask: &Ask) -> Result<()> {
        let words = self.stream.fetch.words(reply, &self.stream.source.hints);
        match reply.status {
            401 | 403 => Err(Error::Credentials(words)),
            413 => self.walk.too_large(&words),
            status if CURSOR_REFUSED.contains(&status) => {
                self.walk.refused(&words, self.around.now())?;
                let cursor = ask.cursor.as_deref().unwrap_or_default();
                let short: String = cursor.chars().take(40).collect();
                self.report.say(format!(
                    "the cursor `{short}` was refused ({words}): going on by time, nothing is lost"
                ));
                Ok(())
            }
            _ => Err(Error::Refused(words)),
        }
    }

    fn end(&mut self) -> Result<Option<Page>> {
        match self.walk.ending() {
            Some(Ending::Stuck(words)) => Err(Error::Stuck(words.clone())),
            Some(
                Ending::CaughtUp | Ending::OutOfBudget | Ending::Waiting(_) | Ending::Partial(_),
            )
            | None => Ok(None),
        }
    }

    fn is_spent(&self) -> bool {
        let bytes = self.budget.bytes.is_some_and(|most| self.bytes >= most);
        bytes || self.deadline.is_before(self.around.tick())
    }

    fn page(&mut self, sheet: Sheet, keys: Vec<u64>, tally: Tally) -> Result<Page> {
        Ok(Page {
            logs: sheet.into(),
            keys,
            place: Some(self.walk.written()?),
            tally,
        })
    }
}

/// A stream at rest holds no page's room.
impl<S> Drop for Run<S> {
    fn drop(&mut self) {
        self.stream.fetch.reuse(Vec::new());
    }
}
