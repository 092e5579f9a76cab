//! A range of time, and how a walk keeps to one: judged by the records' own times, whatever the API
//! takes as bounds.

mod cut;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::judge::{Judged, Verdict};
use super::{Ending, Place, Seen, Walk};
use crate::error::{Error, Result};
use crate::time::Time;

pub use cut::undivided;

/// A range of time: `from` belongs to it, `to` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Range {
    /// Its first moment.
    pub from: Time,
    /// The moment after its last.
    pub to: Time,
}

impl Range {
    /// How long it is.
    #[must_use]
    pub fn span(self) -> Duration {
        self.to.since(self.from)
    }

    /// How much of it lies before a moment.
    #[must_use]
    pub fn before(self, moment: Time) -> Duration {
        moment.min(self.to).since(self.from)
    }

    /// What lies in another range, too; none where nothing does.
    #[must_use]
    pub fn shared_with(self, other: Self) -> Option<Self> {
        let (from, to) = (self.from.max(other.from), self.to.min(other.to));
        (from < to).then_some(Self { from, to })
    }

    /// Where a walk over it stands before its first page, as it is written down.
    pub fn first_place(self, now: Time) -> Result<String> {
        let place = Place::range(self.from, self.to, now);
        serde_json::to_string(&place)
            .map_err(|error| Error::Store(format!("a resume point cannot be written: {error}")))
    }
}

impl Walk {
    /// Where a record does not belong to the range: one without a time is where the record before it
    /// is, and where nobody knows it is delivered, rather twice than not at all.
    pub(super) fn apart_from_the_range(&self, time: Option<Time>) -> Option<Verdict> {
        let (end, time) = (self.place.end?, time?);
        if time >= end {
            return Some(Verdict::Beyond);
        }
        (Some(time) < self.place.start).then_some(Verdict::Outside)
    }

    /// From where the first walk asks for records. The API may bound by another time than theirs, so
    /// for a range it asks for more than that by the overlap, and `last_asked` does the same.
    pub(super) fn first_asked(&self, floor: Option<Time>) -> Option<Time> {
        let start = self.place.start;
        if self.place.end.is_none() {
            return start;
        }
        start
            .map(|start| start.before(self.source.overlap))
            .max(floor)
    }

    /// Up to where records are asked for that are settled up to a moment.
    pub(super) fn last_asked(&self, settled: Time) -> Time {
        let last = self.place.end.map(|end| end.after(self.source.overlap));
        last.map_or(settled, |last| settled.min(last))
    }

    /// What the API does not keep any more. Of a window that is gone there the last moment is asked
    /// for all the same, so that it is finished.
    pub(super) fn floor(&self, now: Time) -> Option<Time> {
        let floor = now.before(self.source.retention?);
        Some(self.place.end.map_or(floor, |end| floor.min(end)))
    }

    /// Whether nothing that is to be delivered can come behind a page.
    pub(super) fn has_passed_its_end(&self, page: &Judged) -> bool {
        let (start, overlap) = (self.place.start, self.source.overlap);
        match self.place.end {
            None => self.source.descending && page.is_below_the_bound(),
            Some(_) if self.source.descending => {
                start.is_some_and(|start| page.is_before(start.before(overlap)))
            }
            Some(end) => page.is_beyond(end.after(overlap)),
        }
    }

    /// Ends the walk over a range for good: nobody polls it, so nothing has to be recognised again.
    pub(super) fn end_the_range(&mut self) {
        self.place.resting = None;
        self.place.seen = Seen::default();
        self.ending = Some(Ending::CaughtUp);
    }
}
