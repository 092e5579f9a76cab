//! The bounds of time a walk asks for, and how one window follows another.

use std::time::Duration;

use super::judge::FUTURE;
use super::place::{Resting, UnderWay};
use super::{Ending, Walk, cursor};
use crate::time::Time;

/// A wait longer than this is a mistake in the reply or in a clock, and is cut to it.
pub(super) const LONGEST_WAIT: Duration = Duration::from_hours(24);

fn just_after(time: Time) -> Time {
    time.after(Duration::from_millis(1))
}

impl Walk {
    /// Goes on with the walk under way, or begins one.
    pub(super) fn begin(&mut self, now: Time) {
        self.gap = self.span_aged_out(now);
        // One that reaches further than any wait is from another clock than this.
        let waits = |until: &Time| *until > now && *until <= now.after(LONGEST_WAIT);
        if let Some(until) = self.place.not_before.take().filter(waits) {
            self.told_to_wait(until, now);
            return;
        }
        if self.place.is_finished() {
            self.ending = Some(Ending::CaughtUp);
            return;
        }
        self.mend_the_bound(now);
        let durable = self.source.next.as_ref().is_none_or(|next| next.durable);
        let size = self.page_size();
        let by_time = !durable || self.aged_out_beneath(now).is_some();
        match &mut self.place.walk {
            None => self.begin_walk(now),
            Some(_) if by_time => self.fall_back_to_time(now),
            Some(walk) if walk.cursor.is_none() => {
                // Read again from its first page: equal records are counted anew.
                walk.cut.clear();
                self.place.seen.begin_walk();
            }
            Some(walk) => {
                if let (Some(old), Some(new)) = (walk.counted_in, size) {
                    cursor::recount(&self.source, walk, old, new);
                }
            }
        }
    }

    /// Ends the walk or its window with everything up to its end delivered.
    pub(super) fn finish(&mut self, resting: Option<String>, now: Time) {
        let Some(walk) = self.place.walk.take() else {
            return;
        };
        let end = if walk.more_windows {
            walk.until
        } else {
            self.end_of(&walk)
        };
        let end = end.map(|end| end.min(walk.began));
        if end > self.place.bound {
            self.place.bound = end;
            self.place.moved = now;
        }
        if walk.more_windows {
            self.forget();
            // Windows that follow each other are one walk: what became visible behind it while it
            // lasted lies after its begin less the overlap, and the next poll reads from there.
            self.begin_window(walk.until, walk.began, now);
            return;
        }
        self.place.checked = Some(walk.began);
        if self.place.end.is_some() {
            self.end_the_range();
            return;
        }
        // Where the API takes no bound, only `start` may cut records off a cursor that polls on:
        // what becomes visible late comes behind it with an old time.
        let since = if self.source.since.is_some() {
            walk.since
        } else {
            self.place.start
        };
        self.place.resting = resting.map(|cursor| Resting { cursor, since });
        self.forget();
        let frozen = walk.until.is_some() || self.source.descending;
        if frozen && walk.began < self.run_began {
            // Begun by an earlier run, its end is not the log's any more.
            return self.begin_walk(now);
        }
        self.ending = Some(Ending::CaughtUp);
    }

    /// Leaves the walk before its end: what it delivered is kept, and bounds the next one if it can.
    pub(super) fn leave(&mut self, now: Time) {
        let Some(walk) = self.place.walk.take() else {
            return;
        };
        self.place.resting = None;
        if !self.source.descending {
            let end = walk.reached.map(|reached| reached.min(walk.began));
            self.place.bound = self.place.bound.max(end);
        }
        self.place.moved = now;
        self.forget();
    }

    /// Asks for what is left of the walk by time, without a cursor.
    pub(super) fn fall_back_to_time(&mut self, now: Time) {
        let lower = self.lower_bound(now).max(self.aged_out_beneath(now));
        let rest = self.rest_from();
        let Some(walk) = &mut self.place.walk else {
            return self.begin_walk(now);
        };
        walk.since = rest.max(lower);
        walk.cursor = None;
        walk.used.clear();
        walk.cut.clear();
        self.same_pages = cursor::SamePages::default();
        self.place.seen.begin_walk();
    }

    /// From where what is left of the walk under way is found by time: behind what it has reached by
    /// the overlap, as far as ids are known.
    pub(super) fn rest_from(&self) -> Option<Time> {
        let walk = self.place.walk.as_ref()?;
        let reached = walk.reached.filter(|_| !self.source.descending);
        let rest = reached.map(|reached| {
            let reached = reached.min(walk.began);
            let known = self.place.seen.let_go().map(just_after);
            let behind = reached.before(self.source.overlap);
            known.map_or(behind, |known| behind.max(known.min(reached)))
        });
        walk.since.max(rest)
    }

    /// Up to where the records that this walk counts from have aged out: its count points too far
    /// by as many, and what is left has to be found by time.
    pub(super) fn aged_out_beneath(&self, now: Time) -> Option<Time> {
        let style = self.source.next.as_ref()?;
        cursor::counted(&style.from)?;
        self.source.since.as_ref()?;
        let walk = self.place.walk.as_ref()?;
        walk.cursor.as_ref()?;
        let floor = now.before(self.source.retention?);
        let beneath = !self.source.descending && walk.since < Some(floor);
        beneath.then_some(floor)
    }

    /// A bound that was set by a clock that stood in the future gives way to the newest record:
    /// else nothing would be asked for until that future has come.
    fn mend_the_bound(&mut self, now: Time) {
        let Some(newest) = self.place.newest.filter(|newest| *newest <= now) else {
            return;
        };
        if self.place.bound > Some(now.after(FUTURE)) {
            self.place.bound = Some(newest);
        }
    }

    /// Takes in that an answer was not whole: asks again with half the window, a few times.
    pub(super) fn take_partial(&mut self, why: &str) {
        self.partial_answers += 1;
        if self.partial_answers > super::MOST_PARTIAL {
            self.ending = Some(Ending::Partial(why.to_owned()));
            return;
        }
        // Not from the walk's beginning: more may have been delivered since than is remembered.
        let rest = self.rest_from();
        let takes_until = self.source.until.is_some();
        let Some(walk) = self.place.walk.as_mut().filter(|_| takes_until) else {
            return;
        };
        let Some(since) = rest else { return };
        let end = walk.until.unwrap_or(walk.began);
        let half = since.after(end.since(since) / 2);
        if half > since {
            walk.since = rest;
            walk.until = Some(half);
            walk.more_windows = true;
            walk.first_page_read = false;
            walk.cursor = None;
            walk.used.clear();
            walk.cut.clear();
            self.place.seen.begin_walk();
        }
    }

    fn begin_walk(&mut self, now: Time) {
        let resting = self.place.resting.clone();
        let since = match &resting {
            Some(resting) => resting.since,
            None => self.lower_bound(now),
        };
        self.begin_window(since, now, now);
        if let (Some(walk), Some(resting)) = (&mut self.place.walk, resting) {
            walk.used.push(cursor::hash(&resting.cursor));
            walk.cursor = Some(resting.cursor);
        }
    }

    fn begin_window(&mut self, since: Option<Time>, began: Time, now: Time) {
        let end = self.last_asked(now.before(self.source.settle));
        if since.is_some_and(|since| since > end) {
            self.ending = Some(Ending::CaughtUp);
            return;
        }
        let (until, more_windows) = self.upper_bound(since, end);
        if self.place.resting.is_none() {
            // A cursor that polls on continues its walk: equal records go on being counted.
            self.place.seen.begin_walk();
        }
        self.same_pages = cursor::SamePages::default();
        self.place.walk = Some(UnderWay {
            began,
            since,
            until,
            more_windows,
            cursor: None,
            counted_in: None,
            top: None,
            first_page_read: false,
            reached: None,
            used: Vec::new(),
            cut: Vec::new(),
        });
    }

    /// From where the next walk reads: behind the bound by the overlap, as far as ids are known.
    fn lower_bound(&self, now: Time) -> Option<Time> {
        let floor = self.floor(now);
        let first = self.first_asked(floor);
        let Some(bound) = self.place.bound else {
            return first;
        };
        let mut lower = bound
            .before(self.source.overlap)
            .max(first.unwrap_or(Time(i64::MIN)));
        if let Some(let_go) = self.place.seen.let_go() {
            lower = lower.max(just_after(let_go).min(bound));
        }
        Some(floor.map_or(lower, |floor| lower.max(floor)))
    }

    fn upper_bound(&self, since: Option<Time>, end: Time) -> (Option<Time>, bool) {
        let Some(until) = &self.source.until else {
            return (None, false);
        };
        if let (Some(since), Some(widest)) = (since, self.source.window) {
            let reach = since.after(widest);
            if reach < end {
                return (Some(reach), true);
            }
        }
        let frozen = until.required
            || self.source.descending
            || !self.source.settle.is_zero()
            || self.place.end.is_some();
        (frozen.then_some(end), false)
    }

    /// The earlier of the newest record's time and the moment the walk began.
    fn end_of(&self, walk: &UnderWay) -> Option<Time> {
        if self.source.record.time.is_none() {
            return Some(walk.began);
        }
        if self.source.descending {
            walk.top
        } else {
            self.place.newest
        }
    }

    /// Lets go of the ids of records that neither the rest of this walk nor a later one can show
    /// again, for both are bounded by the overlap behind what was reached: with the ids of a whole
    /// backlog a place would be ten times as large.
    pub(super) fn forget_what_was_passed(&mut self) {
        let next = self.source.next.as_ref();
        // Where pages are counted, records are shown again wherever others came in before them.
        let counts = next.is_some_and(|next| cursor::counted(&next.from).is_some());
        let bounded = self.source.since.is_some() && !self.source.descending && !counts;
        let walk = self.place.walk.as_ref().filter(|_| bounded);
        let Some((reached, began)) = walk.and_then(|walk| Some((walk.reached?, walk.began))) else {
            return;
        };
        let rest = reached.min(began).before(self.source.overlap);
        self.place.seen.forget_before(self.source.floor(rest));
    }

    fn forget(&mut self) {
        if let Some(bound) = self.place.bound {
            let overlap = bound.before(self.source.overlap);
            self.place.seen.forget_before(self.source.floor(overlap));
        }
    }

    fn span_aged_out(&self, now: Time) -> Option<Duration> {
        let floor = now.before(self.source.retention?);
        let reached = match &self.place.walk {
            Some(walk) if self.source.descending => walk.since,
            Some(walk) => self.place.newest.max(walk.since),
            None => self.place.bound.max(self.place.checked),
        };
        reached
            .filter(|reached| *reached < floor)
            .map(|reached| floor.since(reached))
    }
}
