//! A walk that is told page by page what the API answers.

use std::sync::Arc;
use std::time::Duration;

use crate::source::{Ask, Source};
use crate::time::Time;
use crate::walk::model::Style;
use crate::walk::{Ending, Fact, Lead, Place, Standing, Verdict, Walk};

/// When these walks begin.
pub(super) const NOW: i64 = 1_000_000;

/// Where a very first one reads from.
pub(super) const START: i64 = NOW - 20_000;

/// No record was to be delivered.
pub(super) const NOTHING: [i64; 0] = [];

/// A record whose id is the moment it happened.
pub(super) fn at(time: i64) -> Fact {
    dated(time, time)
}

/// A record by its id and time.
pub(super) fn dated(id: i64, time: i64) -> Fact {
    Fact {
        known_as: id.cast_unsigned(),
        by_content: false,
        time: Some(Time(time)),
    }
}

/// A record without an id; equal ones have the same time here.
pub(super) fn equal(time: i64) -> Fact {
    Fact {
        by_content: true,
        ..at(time)
    }
}

pub(super) fn undated(id: i64) -> Fact {
    Fact {
        time: None,
        ..at(id)
    }
}

/// The page that another one follows.
pub(super) fn next(cursor: &str) -> Lead {
    Lead {
        next: Some(cursor.to_owned()),
        ..Lead::default()
    }
}

/// The last page: no cursor, no word about more.
pub(super) fn last() -> Lead {
    Lead::default()
}

pub(super) fn more(lead: Lead, more: bool) -> Lead {
    Lead {
        more: Some(more),
        ..lead
    }
}

pub(super) fn broken(lead: Lead) -> Lead {
    Lead {
        partial: Some("timeout".to_owned()),
        ..lead
    }
}

pub(super) fn source(style: Style) -> Source {
    style.source(false, 0)
}

/// A stream of which one run follows another.
pub(super) struct Telling {
    pub(super) walk: Walk,
    pub(super) now: i64,
    pub(super) kept: String,
    source: Arc<Source>,
}

impl Telling {
    /// The first run of a stream.
    pub(super) fn of(source: Source) -> Self {
        Self::from(source, Some(Time(START)))
    }

    pub(super) fn from(source: Source, start: Option<Time>) -> Self {
        Self::resumed(source, None, start)
    }

    /// The first run over a range.
    pub(super) fn over(source: Source, from: i64, to: i64) -> Self {
        let place = Place::range(Time(from), Time(to), Time(NOW));
        Self::resumed(source, Some(place), None)
    }

    fn resumed(source: Source, place: Option<Place>, start: Option<Time>) -> Self {
        let source = Arc::new(source);
        let mut walk = Walk::resume(Arc::clone(&source), None, place, start, Time(NOW));
        let kept = walk.written().unwrap();
        Self {
            walk,
            now: NOW,
            kept,
            source,
        }
    }

    /// A whole page, delivered and kept: which records of it were to be delivered, by their ids.
    pub(super) fn page(&mut self, facts: &[Fact], lead: &Lead) -> Vec<i64> {
        self.cut(facts, lead, facts.len())
    }

    /// A page of which only the first so many records could be taken.
    pub(super) fn cut(&mut self, facts: &[Fact], lead: &Lead, taken: usize) -> Vec<i64> {
        let sent = self.lost_in_a_crash(facts, lead, taken);
        self.kept = self.walk.written().unwrap();
        sent
    }

    /// A page after which nothing could be kept.
    pub(super) fn lost_in_a_crash(
        &mut self,
        facts: &[Fact],
        lead: &Lead,
        taken: usize,
    ) -> Vec<i64> {
        assert!(self.walk.ask().is_some(), "nothing was asked for");
        let verdicts = self.walk.read(facts, Time(self.now));
        self.walk.turn(lead, taken, Time(self.now));
        let delivered = |(fact, verdict): (&Fact, Verdict)| match verdict {
            Verdict::Deliver { .. } => Some(fact.known_as.cast_signed()),
            Verdict::Known | Verdict::Outside | Verdict::Beyond | Verdict::NotYet => None,
        };
        facts
            .iter()
            .zip(verdicts)
            .take(taken)
            .filter_map(delivered)
            .collect()
    }

    /// The next run, so much later, from what was kept.
    pub(super) fn later(&mut self, span: i64) {
        self.now += span;
        let place: Place = serde_json::from_str(&self.kept).unwrap();
        let start = Some(Time(self.now - 1));
        let source = Arc::clone(&self.source);
        self.walk = Walk::resume(source, None, Some(place), start, Time(self.now));
        self.kept = self.walk.written().unwrap();
    }

    pub(super) fn asked(&self) -> Ask {
        self.walk.ask().expect("something is asked for")
    }

    pub(super) fn since(&self) -> i64 {
        self.asked().since.expect("a lower bound").0
    }

    pub(super) fn until(&self) -> i64 {
        self.asked().until.expect("an upper bound").0
    }

    pub(super) fn cursor(&self) -> Option<String> {
        self.asked().cursor
    }

    pub(super) fn place(&self) -> Place {
        serde_json::from_str(&self.kept).unwrap()
    }

    pub(super) fn bound(&self) -> Option<i64> {
        self.place().bound.map(|bound| bound.0)
    }

    pub(super) fn refused(&mut self) -> crate::error::Result<()> {
        let refused = self.walk.refused("410: gone", Time(self.now));
        self.kept = self.walk.written().unwrap();
        refused
    }

    pub(super) fn standing(&self) -> Standing {
        self.walk.standing(Time(self.now))
    }

    pub(super) fn is_caught_up(&self) -> bool {
        self.walk.ending() == Some(&Ending::CaughtUp)
    }

    pub(super) fn is_stuck(&self) -> bool {
        matches!(self.walk.ending(), Some(Ending::Stuck(_)))
    }
}

pub(super) const fn millis(span: u64) -> Duration {
    Duration::from_millis(span)
}
