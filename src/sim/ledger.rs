//! What a vendor's log holds and when each record can be seen; nothing is stored, all of it follows from the seed.

mod timeline;

use std::collections::BTreeMap;
use std::iter::Peekable;

use parking_lot::RwLock;

use super::record::{self, Style};
use super::stream::Stream;
use crate::time::Time;

pub(crate) use timeline::{Pace, Timeline};

/// Hand-made records are numbered from here on, out of reach of those that follow from the seed.
const HAND_MADE: u64 = 1 << 48;

/// Where a record stands in its log's order: by time, then by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) time: Time,
    pub(crate) number: u64,
}

impl Place {
    /// Before every record of a moment.
    pub(crate) fn before(time: Time) -> Self {
        Self {
            time: Time(time.0.saturating_sub(1)),
            number: u64::MAX,
        }
    }
}

/// Part of a log: the records between two places, both excluded, as seen at a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) after: Place,
    pub(crate) before: Place,
    pub(crate) now: Time,
}

impl Span {
    /// From one moment to another, both included.
    pub(crate) fn between(from: Time, to: Time, now: Time) -> Self {
        Self {
            after: Place::before(from),
            before: Place::before(to.after(std::time::Duration::from_millis(1))),
            now,
        }
    }
}

/// A record put into a log by hand.
#[derive(Debug, Clone)]
pub struct HandMade {
    /// What the ledger calls it.
    pub id: String,
    /// Its place in the log's order.
    pub time: Time,
    /// When it can first be seen.
    pub visible: Time,
    /// The record itself, sent as it is.
    pub json: String,
}

/// One log.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) stream: Stream,
    pub(crate) timeline: Timeline,
    style: Style,
    hand_made: RwLock<BTreeMap<Place, HandMade>>,
}

impl Ledger {
    pub(crate) fn new(stream: Stream, timeline: Timeline, style: Style) -> Self {
        Self {
            stream,
            timeline,
            style,
            hand_made: RwLock::new(BTreeMap::new()),
        }
    }

    /// Whether all of it follows from the seed.
    pub(crate) fn follows_from_the_seed(&self) -> bool {
        self.hand_made.read().is_empty()
    }

    pub(crate) fn insert(&self, record: HandMade) {
        let mut hand_made = self.hand_made.write();
        let number = HAND_MADE + hand_made.len() as u64;
        let time = record.time;
        hand_made.insert(Place { time, number }, record);
    }

    /// What can be seen of a span, oldest first.
    pub(crate) fn ascending(&self, span: Span) -> impl Iterator<Item = Place> + '_ {
        let by_hand = self.hand_made_in(span).into_iter();
        merged(self.timeline.places(span), by_hand, |a, b| a < b)
    }

    /// What can be seen of a span, newest first.
    pub(crate) fn descending(&self, span: Span) -> impl Iterator<Item = Place> + '_ {
        let by_hand = self.hand_made_in(span).into_iter().rev();
        merged(self.timeline.places(span).rev(), by_hand, |a, b| a > b)
    }

    /// The record at a place, as it is at a moment.
    pub(crate) fn write(&self, place: Place, now: Time, out: &mut String) {
        match self.hand_made.read().get(&place) {
            Some(by_hand) => out.push_str(&by_hand.json),
            None => record::write(self.stream, &self.style, place, now, out),
        }
    }

    /// The id of the record at a place.
    pub(crate) fn id(&self, place: Place) -> String {
        match self.hand_made.read().get(&place) {
            Some(by_hand) => by_hand.id.clone(),
            None => record::id(self.stream, self.style.seed, place.number),
        }
    }

    fn hand_made_in(&self, span: Span) -> Vec<Place> {
        if span.after >= span.before {
            return Vec::new();
        }
        let hand_made = self.hand_made.read();
        hand_made
            .range(span.after..span.before)
            .filter(|(place, record)| **place > span.after && record.visible <= span.now)
            .map(|(place, _)| *place)
            .collect()
    }
}

/// Two sorted sequences as one.
struct Merged<A: Iterator, B: Iterator> {
    a: Peekable<A>,
    b: Peekable<B>,
    first: fn(Place, Place) -> bool,
}

fn merged<A: Iterator<Item = Place>, B: Iterator<Item = Place>>(
    a: A,
    b: B,
    first: fn(Place, Place) -> bool,
) -> Merged<A, B> {
    Merged {
        a: a.peekable(),
        b: b.peekable(),
        first,
    }
}

impl<A: Iterator<Item = Place>, B: Iterator<Item = Place>> Iterator for Merged<A, B> {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        match (self.a.peek(), self.b.peek()) {
            (Some(a), Some(b)) if (self.first)(*b, *a) => self.b.next(),
            (Some(_), _) => self.a.next(),
            (None, _) => self.b.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger() -> Ledger {
        let pace = Pace {
            rate: 10.0,
            backlog: 100,
            total: Some(100),
            late_share: 0.0,
            late_by: std::time::Duration::ZERO,
        };
        let timeline = Timeline::new(1, Stream::ToolCalls, pace, Time(1_000_000));
        Ledger::new(Stream::ToolCalls, timeline, Style::plain(1))
    }

    fn by_hand(time: Time, visible: Time) -> HandMade {
        HandMade {
            id: "by hand".to_owned(),
            time,
            visible,
            json: "{}".to_owned(),
        }
    }

    #[test]
    fn newest_first_is_oldest_first_turned_round_hand_made_records_included() {
        let ledger = ledger();
        ledger.insert(by_hand(Time(995_000), Time(995_000)));
        let span = Span::between(Time(0), Time(1_000_000), Time(1_000_000));
        let forward: Vec<Place> = ledger.ascending(span).collect();
        let mut backward: Vec<Place> = ledger.descending(span).collect();
        backward.reverse();
        assert_eq!(forward.len(), 101);
        assert_eq!(forward, backward);
        assert!(forward.is_sorted());
    }

    #[test]
    fn a_record_is_seen_only_from_its_moment_on_and_at_its_own_place() {
        let ledger = ledger();
        ledger.insert(by_hand(Time(995_000), Time(999_000)));
        let hand_made_seen = |now| {
            let span = Span::between(Time(0), Time(1_000_000), Time(now));
            ledger
                .ascending(span)
                .any(|place| ledger.id(place) == "by hand")
        };
        assert!(!hand_made_seen(998_999));
        assert!(hand_made_seen(999_000));
    }

    #[test]
    fn both_bounds_of_a_span_between_moments_are_included() {
        let ledger = ledger();
        let all = Span::between(Time(0), Time(1_000_000), Time(1_000_000));
        let times: Vec<Time> = ledger.ascending(all).map(|place| place.time).collect();
        let span = Span::between(times[10], times[20], Time(1_000_000));
        let seen: Vec<Time> = ledger.ascending(span).map(|place| place.time).collect();
        assert_eq!(
            (seen.first(), seen.last()),
            (Some(&times[10]), Some(&times[20]))
        );
    }

    #[test]
    fn a_span_that_ends_before_it_begins_holds_nothing() {
        let ledger = ledger();
        ledger.insert(by_hand(Time(995_000), Time(995_000)));
        let span = Span::between(Time(996_000), Time(994_000), Time(1_000_000));
        assert_eq!(ledger.ascending(span).count(), 0);
    }
}
