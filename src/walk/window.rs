//! The bounds of time a walk asks for, and how one window follows another.

use std::time::Duration;

use super::place::{Resting, UnderWay};
use super::{Ending, Walk, cursor};
use crate::time::Time;

/// A wait longer than this is a mistake in the reply or in a clock, and is cut to it.
pub(super) const LONGEST_WAIT: Duration = Duration::from_hours(24);

impl Walk {
    /// Goes on with the walk under way, or begins one.
    pub(super) fn begin(&mut self, now: Time) {
        self.gap = self.span_aged_out(now);
        if let Some(until) = self
            .place
            .not_before
            .take_if(|until| *until <= now.after(LONGEST_WAIT))
        {
            if until > now {
                self.told_to_wait(until, now);
                return;
            }
        }
        self.place.not_before = None;
        let durable = self.source.next.as_ref().is_none_or(|next| next.durable);
        let size = self.page_size();
        match &mut self.place.walk {
            None => self.begin_walk(now),
            Some(_) if !durable => self.fall_back_to_time(now),
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
        // Where the API takes no bound, only `start` may cut records off a cursor that polls on:
        // what becomes visible late comes behind it with an old time.
        let since = if self.source.since.is_some() {
            walk.since
        } else {
            self.place.start
        };
        self.place.resting = resting.map(|cursor| Resting { cursor, since });
        self.forget();
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
        let ascending = !self.source.descending;
        let lower = self.lower_bound(now);
        let Some(walk) = &mut self.place.walk else {
            return self.begin_walk(now);
        };
        let reached = walk
            .reached
            .filter(|_| ascending)
            .map(|reached| reached.min(walk.began));
        let reached = reached.map(|reached| reached.before(self.source.overlap));
        walk.since = walk.since.max(reached).max(lower);
        walk.cursor = None;
        walk.used.clear();
        walk.cut.clear();
        self.same_pages = cursor::SamePages::default();
        self.place.seen.begin_walk();
    }

    /// Takes in that an answer was not whole: asks again with half the window, a few times.
    pub(super) fn take_partial(&mut self, why: &str) {
        self.partial_answers += 1;
        if self.partial_answers > super::MOST_PARTIAL {
            self.ending = Some(Ending::Partial(why.to_owned()));
            return;
        }
        let Some(walk) = self
            .place
            .walk
            .as_mut()
            .filter(|_| self.source.until.is_some())
        else {
            return;
        };
        let Some(since) = walk.since else { return };
        let end = walk.until.unwrap_or(walk.began);
        let half = since.after(end.since(since) / 2);
        if half > since {
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
        let end = now.before(self.source.settle);
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
        let Some(bound) = self.place.bound else {
            return self.place.start;
        };
        let mut lower = bound
            .before(self.source.overlap)
            .max(self.place.start.unwrap_or(Time(i64::MIN)));
        if let Some(let_go) = self.place.seen.let_go() {
            lower = lower.max(let_go.after(Duration::from_millis(1)).min(bound));
        }
        let floor = self.source.retention.map(|kept| now.before(kept));
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
        let frozen = until.required || self.source.descending || !self.source.settle.is_zero();
        (frozen.then_some(end), false)
    }

    /// The earlier of the newest record's time and the moment the walk began.
    fn end_of(&self, walk: &UnderWay) -> Option<Time> {
        if self.source.record.time.is_none() {
            return Some(walk.began);
        }
        let newest = if self.source.descending {
            walk.top
        } else {
            self.place.newest
        };
        newest
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
