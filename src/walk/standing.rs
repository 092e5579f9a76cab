//! How a stream stands, in the terms its metrics are named in.

use std::time::Duration;

use super::{Ending, Walk};
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
        let waiting_at_the_end = matches!(self.ending, Some(Ending::Waiting(_)))
            && self.place.checked.is_some()
            && self.place.walk.is_none();
        let behind = !caught_up && !waiting_at_the_end;
        let reached = self.place.newest.or(self.place.reached());
        let lag = reached
            .filter(|_| behind)
            .map_or(Duration::ZERO, |reached| now.since(reached));
        let let_go = self.place.seen.let_go();
        let shrunk = self
            .place
            .bound
            .zip(let_go)
            .map(|(bound, let_go)| bound.since(let_go));
        Standing {
            behind,
            lag,
            retention_left: self.source.retention.map(|kept| kept.saturating_sub(lag)),
            gap: self.gap.unwrap_or_default(),
            cursor_age: now.since(self.place.moved),
            overlap_shrunk_to: shrunk.filter(|shrunk| *shrunk < self.source.overlap),
        }
    }
}
