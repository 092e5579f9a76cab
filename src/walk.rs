//! Where a walk stands and what it asks next: a machine without I/O.
//!
//! [`Walk::ask`] says what to ask; the caller asks and tells what came of it: [`Walk::read`] judges
//! the records of a page one by one, [`Walk::turn`] moves on once it is known how many of them will
//! be delivered, and the other verbs take in what went wrong. After each, [`Walk::place`] is the
//! resume point to keep as soon as those records are delivered. No socket, no clock: time is passed
//! in, so that every rule is a test.

mod cursor;
mod ending;
mod judge;
mod place;
mod range;
mod seen;
mod standing;
mod window;

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::source::{Ask, Source};
use crate::time::Time;

pub use ending::Ending;
pub use judge::{Fact, Verdict, key};
pub use place::{Place, Resting, UnderWay};
pub use range::{Range, undivided};
pub use seen::{MOST_SEEN, Seen};
pub use standing::Standing;

/// How often a partial answer is asked for again in one run.
const MOST_PARTIAL: u32 = 3;

/// Good pages after which a page size that was turned down is doubled again.
const PAGES_TO_GROW: u32 = 8;

/// One run's walk over one stream.
#[derive(Debug)]
pub struct Walk {
    source: Arc<Source>,
    place: Place,
    wanted_size: Option<u32>,
    run_began: Time,
    gap: Option<std::time::Duration>,
    fell_back: bool,
    partial_answers: u32,
    good_pages: u32,
    same_pages: cursor::SamePages,
    page: Option<judge::Judged>,
    ending: Option<Ending>,
}

/// What a reply says beside its records.
#[derive(Debug, Clone, Default)]
pub struct Lead {
    /// Where it says the next page is.
    pub next: Option<String>,
    /// Whether it says there is more.
    pub more: Option<bool>,
    /// Why it is not the whole answer, if it says so.
    pub partial: Option<String>,
}

impl Walk {
    /// Goes on from a place; without one, from `start` (none is the oldest record there is).
    #[must_use]
    pub fn resume(
        source: Arc<Source>,
        page_size: Option<u32>,
        place: Option<Place>,
        start: Option<Time>,
        now: Time,
    ) -> Self {
        let sizes = source
            .next
            .as_ref()
            .and_then(|next| next.page_size.as_ref());
        let wanted_size = sizes.map(|sizes| page_size.unwrap_or(sizes.default).min(sizes.max));
        let mut walk = Self {
            wanted_size,
            place: place.unwrap_or_else(|| Place::first(start, now)),
            source,
            run_began: now,
            gap: None,
            fell_back: false,
            partial_answers: 0,
            good_pages: 0,
            same_pages: cursor::SamePages::default(),
            page: None,
            ending: None,
        };
        walk.begin(now);
        walk
    }

    /// What to ask next; none when the walk has ended.
    #[must_use]
    pub fn ask(&self) -> Option<Ask> {
        let walk = self.place.walk.as_ref().filter(|_| self.ending.is_none())?;
        Some(Ask {
            cursor: walk.cursor.clone(),
            since: walk.since.filter(|_| self.source.since.is_some()),
            until: walk.until.filter(|_| self.source.until.is_some()),
            page_size: self.page_size(),
        })
    }

    /// How the walk ended, once it has.
    #[must_use]
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    /// The resume point: to be kept once what was taken so far is delivered.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The resume point as it is written down: without a cursor that goes stale.
    pub fn written(&mut self) -> Result<String> {
        let durable = self.source.next.as_ref().is_none_or(|next| next.durable);
        let walk = self.place.walk.as_mut().filter(|_| !durable);
        let fleeting = walk.and_then(|walk| walk.cursor.take());
        let text = serde_json::to_string(&self.place);
        if let (Some(cursor), Some(walk)) = (fleeting, &mut self.place.walk) {
            walk.cursor = Some(cursor);
        }
        text.map_err(|error| Error::Store(format!("the resume point cannot be written: {error}")))
    }

    /// Moves on after a page of which the first `taken` records are delivered or need not be.
    ///
    /// Fewer than all is a cut inside the page: the run's budget is spent, the page is asked for
    /// again next time, and what was taken of it is remembered.
    pub fn turn(&mut self, lead: &Lead, taken: usize, now: Time) {
        let Some(page) = self.page.take() else { return };
        let whole = taken >= page.records.len() && !page.holds_back();
        let complete = whole && lead.partial.is_none();
        self.remember(&page, taken, complete, now);
        self.place.not_before = None;
        if let Some(why) = &lead.partial {
            self.take_partial(why);
        } else if taken < page.records.len() {
            self.ending = Some(Ending::OutOfBudget);
        } else if whole {
            self.move_on(&page, lead, now);
            self.forget_what_was_passed();
            self.grow_page();
        } else if self.source.next.as_ref().is_some_and(|next| next.sticky) {
            self.ending = Some(Ending::CaughtUp);
        } else {
            // Not to wait at this cursor: the next poll reads the overlap again.
            self.finish(None, now);
        }
    }

    /// The API refused the request; `words` are its own. Falls back to time once.
    pub fn refused(&mut self, words: &str, now: Time) -> Result<()> {
        let carried = self
            .place
            .walk
            .as_ref()
            .is_some_and(|walk| walk.cursor.is_some());
        if !carried || self.fell_back {
            return Err(Error::Refused(words.to_owned()));
        }
        self.fell_back = true;
        self.place.resting = None;
        self.fall_back_to_time(now);
        Ok(())
    }

    /// The page was too large or too slow; `words` say which. Asks for half as many records.
    pub fn too_large(&mut self, words: &str) -> Result<()> {
        let Some(size) = self.page_size().filter(|size| *size > 1) else {
            return Err(Error::TooLarge(words.to_owned()));
        };
        self.set_page_size(size / 2);
        Ok(())
    }

    /// The API said to wait for longer than this run lasts.
    pub fn told_to_wait(&mut self, until: Time, now: Time) {
        let until = until.min(now.after(window::LONGEST_WAIT));
        self.place.not_before = Some(until);
        self.ending = Some(Ending::Waiting(until));
    }

    /// How many records are asked for on a page.
    #[must_use]
    pub fn page_size(&self) -> Option<u32> {
        self.wanted_size
            .map(|wanted| self.place.page_size.unwrap_or(wanted).min(wanted))
    }

    fn grow_page(&mut self) {
        let (Some(size), Some(_)) = (self.page_size(), self.place.page_size) else {
            return;
        };
        self.good_pages += 1;
        if self.good_pages >= PAGES_TO_GROW {
            self.good_pages = 0;
            self.set_page_size(size.saturating_mul(2));
        }
    }

    fn set_page_size(&mut self, size: u32) {
        let (Some(old), Some(wanted)) = (self.page_size(), self.wanted_size) else {
            return;
        };
        let new = size.clamp(1, wanted);
        self.good_pages = 0;
        self.place.page_size = (new < wanted).then_some(new);
        if let Some(walk) = &mut self.place.walk {
            cursor::recount(&self.source, walk, old, new);
        }
    }
}
