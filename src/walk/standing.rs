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
    /// How long until the oldest undelivered record ages out at the source.
    pub retention_left: Option<Duration>,
    /// The span known to have aged out undelivered.
    pub gap: Duration,
    /// Since the resume point last moved.
    pub cursor_age: Duration,
    /// How far back the next poll reads, where ids had to be let go and it is less than configured.
    pub overlap_shrunk_to: Option<Duration>,
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
        let reached = self.newest.or(self.reached());
        let lag = reached
            .filter(|_| behind)
            .map_or(Duration::ZERO, |reached| now.since(reached));
        let undelivered = if source.descending {
            let walk = self.walk.as_ref();
            walk.and_then(|walk| walk.since).or(self.bound)
        } else {
            reached
        };
        let oldest = undelivered.or(self.start).filter(|_| behind);
        let age = oldest.map_or(Duration::ZERO, |oldest| now.since(oldest));
        let let_go = self.seen.let_go();
        let shrunk = self
            .bound
            .zip(let_go)
            .map(|(bound, let_go)| bound.since(let_go));
        Standing {
            behind,
            lag,
            retention_left: source.retention.map(|kept| kept.saturating_sub(age)),
            gap: Duration::ZERO,
            cursor_age: now.since(self.moved),
            overlap_shrunk_to: shrunk.filter(|shrunk| *shrunk < source.overlap),
        }
    }
}
