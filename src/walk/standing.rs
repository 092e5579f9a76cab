//! How a stream stands, in the terms its metrics are named in.

use std::time::Duration;

use super::{Ending, Place, Walk};
use crate::source::Source;
use crate::time::Time;

/// How a stream stands at the end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The run ended before the end of the log.
    pub behind: bool,
    /// How far the newest delivered record is behind now; zero when caught up.
    pub lag: Duration,
    /// Everything before this moment is delivered, as far as the walk can know.
    pub reached: Option<Time>,
    /// How long until the oldest undelivered record ages out at the source.
    pub retention_left: Option<Duration>,
    /// The span known to have aged out undelivered.
    pub gap: Duration,
    /// Since the resume point last moved.
    pub cursor_age: Duration,
    /// How far back the next poll reads, where ids had to be let go and it is less than configured.
    pub overlap_shrunk_to: Option<Duration>,
}

/// How far the newest record delivered before a place is behind now.
fn lag(place: &Place, now: Time) -> Duration {
    let reached = place.newest.or(place.reached());
    reached.map_or(Duration::ZERO, |reached| now.since(reached))
}

/// Up to where everything before a place is delivered: newest first, that is known at the end only.
fn reached(place: &Place, source: &Source) -> Option<Time> {
    let reached = if source.descending && place.walk.is_some() {
        place.bound.or(place.start)
    } else {
        place.reached()
    };
    let end = place.end.unwrap_or(Time(i64::MAX));
    reached.map(|reached| reached.min(end))
}

/// How old the oldest record may be that comes after a place.
fn age(place: &Place, source: &Source, now: Time) -> Duration {
    let undelivered = if source.descending {
        let walk = place.walk.as_ref();
        walk.map_or(place.reached(), |walk| walk.since.or(place.bound))
    } else {
        place.reached()
    };
    let oldest = undelivered.or(place.start);
    oldest.map_or(Duration::ZERO, |oldest| now.since(oldest))
}

impl Standing {
    /// How the stream stands where the walk may have to go back to a place, or where it has to, as
    /// what was delivered after it is `lost`.
    #[must_use]
    pub fn back_at(self, place: &Place, source: &Source, lost: bool, now: Time) -> Self {
        let age = age(place, source, now);
        let left = source.retention.map(|kept| kept.saturating_sub(age));
        Self {
            behind: self.behind || lost,
            lag: if lost { lag(place, now) } else { self.lag },
            retention_left: self.retention_left.min(left),
            ..self
        }
    }
}

impl Walk {
    /// How the stream stands.
    #[must_use]
    pub fn standing(&self, now: Time) -> Standing {
        let caught_up = self.ending == Some(Ending::CaughtUp);
        let waiting_at_the_end =
            matches!(self.ending, Some(Ending::Waiting(_))) && self.place.is_at_the_end();
        let behind = !caught_up && !waiting_at_the_end;
        Standing {
            gap: self.gap.unwrap_or_default(),
            ..self.place.standing(&self.source, behind, now)
        }
    }
}

impl Place {
    /// Whether the walk before this place came to the end of the log.
    #[must_use]
    pub fn is_at_the_end(&self) -> bool {
        self.checked.is_some() && self.walk.is_none()
    }

    /// How a stream at this place stands, behind or not; a gap is a walk's own knowledge.
    #[must_use]
    pub fn standing(&self, source: &Source, behind: bool, now: Time) -> Standing {
        let (lag, age) = if behind {
            (lag(self, now), age(self, source, now))
        } else {
            (Duration::ZERO, Duration::ZERO)
        };
        let let_go = self.seen.let_go();
        let shrunk = self
            .bound
            .zip(let_go)
            .map(|(bound, let_go)| bound.since(let_go));
        Standing {
            behind,
            lag,
            reached: reached(self, source),
            retention_left: source.retention.map(|kept| kept.saturating_sub(age)),
            gap: Duration::ZERO,
            cursor_age: now.since(self.moved),
            overlap_shrunk_to: shrunk.filter(|shrunk| *shrunk < source.overlap),
        }
    }
}
