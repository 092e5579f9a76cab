//! Judges the records of a page: which are to be delivered, which were already, which are not ours.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasherDefault;
use std::time::Duration;

use super::Walk;
use super::seen::Itself;
use crate::source::TimeFormat;
use crate::time::Time;

/// A record dated further ahead than this is delivered, but moves no bound: its clock is wrong.
pub(super) const FUTURE: Duration = Duration::from_mins(5);

/// Keeps equal records apart by their number: an odd constant spreads it over all bits.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// What a walk has to know of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// A hash of its id and version, or of its content.
    pub known_as: u64,
    /// It has no id: equal records are told apart by their number.
    pub by_content: bool,
    /// Its own time.
    pub time: Option<Time>,
}

/// What becomes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// To be delivered.
    Deliver {
        /// Its number among equal records of this walk, from 1.
        ordinal: u32,
        /// Its own time, or that of the record before it, or of receipt.
        time: Time,
    },
    /// Delivered before.
    Known,
    /// Before the lower bound, on a page that the API could not bound.
    Outside,
    /// Not before the end of the range that is walked: it belongs to another.
    Beyond,
    /// Newer than the walk is to go; a later poll reads it.
    NotYet,
}

/// A page whose records are judged but not yet taken.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub(super) records: Vec<JudgedRecord>,
    ascending: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct JudgedRecord {
    pub(super) key: u64,
    pub(super) by_content: bool,
    pub(super) own_time: Option<Time>,
    pub(super) verdict: Verdict,
}

impl Judged {
    /// Whether records were left for a later poll that only this page leads to.
    pub(super) fn holds_back(&self) -> bool {
        self.ascending
            && self
                .records
                .iter()
                .any(|record| record.verdict == Verdict::NotYet)
    }

    /// The newest time among the records that are within bounds and not of the future.
    pub(super) fn newest(&self, now: Time) -> Option<Time> {
        let within = self
            .records
            .iter()
            .filter(|record| matches!(record.verdict, Verdict::Deliver { .. } | Verdict::Known));
        within
            .filter_map(|record| record.own_time)
            .filter(|time| *time <= now.after(FUTURE))
            .max()
    }

    /// Whether a walk that goes newest first has come to records older than its lower bound.
    ///
    /// Either the whole page lies before the bound, or the page reaches below it and held nothing
    /// new: then a poll that finds nothing costs one request.
    pub(super) fn is_below_the_bound(&self) -> bool {
        let outside = |record: &JudgedRecord| record.verdict == Verdict::Outside;
        let new = |record: &JudgedRecord| matches!(record.verdict, Verdict::Deliver { .. });
        self.records.iter().any(outside)
            && (self.records.iter().all(outside) || !self.records.iter().any(new))
    }

    /// Whether all of it lies beyond the end of a range, and what disorder may still bring, too.
    pub(super) fn is_beyond(&self, end: Time) -> bool {
        let beyond = |record: &JudgedRecord| {
            record.verdict == Verdict::Beyond && record.own_time.is_none_or(|time| time >= end)
        };
        !self.records.is_empty() && self.records.iter().all(beyond)
    }

    /// The same for what lies before the beginning of a range.
    pub(super) fn is_before(&self, start: Time) -> bool {
        let before = |record: &JudgedRecord| {
            record.verdict == Verdict::Outside && record.own_time.is_none_or(|time| time < start)
        };
        !self.records.is_empty() && self.records.iter().all(before)
    }

    /// One number for the page's content, to notice an API that serves the same page for ever.
    pub(super) fn content(&self) -> u64 {
        self.records.iter().fold(SPREAD, |sum, record| {
            sum.rotate_left(5) ^ record.key.wrapping_mul(SPREAD)
        })
    }
}

impl Walk {
    /// Judges a page's records, in the page's order.
    pub fn read(&mut self, facts: &[Fact], now: Time) -> Vec<Verdict> {
        let lower = self.cut_below();
        let upper = self.cut_above(now);
        let mut on_this_page = OnThisPage::default();
        let mut time_before = None;
        let mut records = Vec::with_capacity(facts.len());
        for fact in facts {
            let time = fact.time.or(time_before).unwrap_or(now);
            let ordinal = if fact.by_content {
                self.ordinal(fact, &mut on_this_page)
            } else {
                1
            };
            let key = key(fact.known_as, ordinal);
            // Newest first, one without a time is no newer than the record before it.
            let at_most = fact.time.or(time_before.filter(|_| self.source.descending));
            let verdict =
                if let Some(apart) = self.apart_from_the_range(fact.time.or(time_before)) {
                    apart
                } else if at_most.is_some_and(|time| lower.is_some_and(|cut| time < cut)) {
                    Verdict::Outside
                } else if fact.time.is_some_and(|own| {
                    upper.is_some_and(|cut| own > cut) && own <= now.after(FUTURE)
                }) {
                    Verdict::NotYet
                } else if self.place.seen.knows(key) || !on_this_page.keys.insert(key) {
                    Verdict::Known
                } else {
                    Verdict::Deliver { ordinal, time }
                };
            time_before = Some(time);
            let by_content = fact.by_content;
            records.push(JudgedRecord {
                key,
                by_content,
                own_time: fact.time,
                verdict,
            });
        }
        let verdicts = records.iter().map(|record| record.verdict).collect();
        self.page = Some(Judged {
            records,
            ascending: !self.source.descending,
        });
        verdicts
    }

    /// Takes in what was delivered of a page; only a complete one moves times.
    pub(super) fn remember(&mut self, page: &Judged, taken: usize, complete: bool, now: Time) {
        let taken = &page.records[..taken.min(page.records.len())];
        let delivered = taken
            .iter()
            .filter(|record| matches!(record.verdict, Verdict::Deliver { .. }))
            .map(|record| (record.key, record.own_time.unwrap_or(now)));
        // Apart from the page's others, whose ids can go earlier: what is dated ahead, and what has
        // no time, which may be as new as now.
        let (odd, delivered): (Vec<_>, Vec<_>) = delivered.partition(|(_, time)| *time >= now);
        self.place.seen.remember(&delivered);
        self.place.seen.remember(&odd);
        let met = |record: &&JudgedRecord| {
            record.by_content && matches!(record.verdict, Verdict::Deliver { .. } | Verdict::Known)
        };
        for record in taken.iter().filter(met) {
            self.place.seen.meet_again(record.key);
        }
        if !delivered.is_empty() || !odd.is_empty() {
            self.place.moved = now;
        }
        let Some(walk) = &mut self.place.walk else {
            return;
        };
        if !walk.first_page_read {
            walk.first_page_read = true;
            walk.top = page.newest(now);
        }
        if complete {
            // What became visible meanwhile may push a record to a later page: it stays until met.
            let again: HashSet<u64> = taken.iter().filter(met).map(|record| record.key).collect();
            walk.cut.retain(|key| !again.contains(key));
            walk.reached = walk.reached.max(page.newest(now));
            self.place.newest = self.place.newest.max(walk.reached);
        } else {
            let known: HashSet<u64> = walk.cut.iter().copied().collect();
            let keys = taken.iter().filter(met).map(|record| record.key);
            walk.cut.extend(keys.filter(|key| !known.contains(key)));
        }
    }

    /// Where records are cut off that the API could not leave out.
    fn cut_below(&self) -> Option<Time> {
        let coarse = self
            .source
            .since
            .as_ref()
            .is_none_or(|since| since.format == TimeFormat::Date);
        self.place
            .walk
            .as_ref()
            .and_then(|walk| walk.since)
            .filter(|_| coarse)
    }

    fn cut_above(&self, now: Time) -> Option<Time> {
        let ours = self.source.until.is_none() && !self.source.settle.is_zero();
        ours.then(|| now.before(self.source.settle))
    }

    /// The number of a record among its equals: those of earlier pages of this walk, then this page's.
    fn ordinal(&self, fact: &Fact, page: &mut OnThisPage) -> u32 {
        let cut = self.place.walk.as_ref().map_or(&[][..], |walk| &walk.cut);
        let last = page.equals.entry(fact.known_as).or_insert_with(|| {
            let met = |ordinal: u32| {
                let key = key(fact.known_as, ordinal);
                self.place.seen.met_in_this_walk(key) && !cut.contains(&key)
            };
            (1..u32::MAX)
                .find(|ordinal| !met(*ordinal))
                .map_or(0, |free| free - 1)
        });
        *last += 1;
        *last
    }
}

#[derive(Default)]
struct OnThisPage {
    keys: HashSet<u64, BuildHasherDefault<Itself>>,
    equals: HashMap<u64, u32>,
}

/// What a delivered record is known as: its fact's hash, apart from its equals.
#[must_use]
pub fn key(known_as: u64, ordinal: u32) -> u64 {
    known_as ^ u64::from(ordinal - 1).wrapping_mul(SPREAD)
}
