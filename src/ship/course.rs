//! How one voyage goes, and when it is over.

use std::time::Duration;

use super::Headway;
use crate::fetch::{Cancel, Pulse};

/// How one voyage goes.
#[derive(Debug, Clone)]
pub struct Course {
    /// The wish to stop: what is out is waited for as long as `grace`, nothing else begins.
    pub stop: Cancel,
    /// How long an answer is waited for once the voyage is to end.
    pub grace: Duration,
    /// The voyage ends after so long.
    pub span: Option<Duration>,
    /// It ends with an error when nothing moves for so long.
    pub stall: Option<Duration>,
    /// When something last moved: shared where several voyages wait for one quota in turns.
    pub headway: Headway,
    /// A source that gives no page for so long is worth a word: it is asked again without an end.
    pub silence: Duration,
    /// What cannot be kept is tried again until it can, and nothing more is sent meanwhile: for
    /// whoever may wait. Else the voyage ends, and the next one sends the same again.
    pub holds_on: bool,
    /// Beats while the voyage is under way, whatever the world does.
    pub pulse: Pulse,
}

impl Course {
    /// Whether the voyage is to end that began at a tick.
    pub(super) fn is_over(&self, tick: Duration, begin: Duration) -> bool {
        let late = self.span.is_some_and(|span| tick > begin + span);
        late || self.stop.is_raised()
    }

    /// For how long nothing may move that began at a tick, where that is over.
    pub(super) fn stalled(&self, tick: Duration, begin: Duration) -> Option<Duration> {
        let moved = self.headway.last().max(begin);
        self.stall.filter(|stall| tick > moved + *stall)
    }
}
