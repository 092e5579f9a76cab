//! Waits for what would make room, and keeps a pace where nothing tells what was read.

use std::time::Duration;

use super::Delivery;
use crate::deliver::ledger::Why;
use crate::deliver::site::Site;
use crate::deliver::words;
use crate::error::Result;

pub(super) const SHORTEST_LOOK: Duration = Duration::from_millis(1);

pub(super) const LONGEST_LOOK: Duration = Duration::from_millis(50);

/// The Agent writes its registry once a second.
pub(super) const BETWEEN_RECEIPTS: Duration = Duration::from_secs(1);

/// After so long without a receipt somebody should know.
const WORTH_SAYING: Duration = Duration::from_mins(1);

/// Bytes a second where nothing tells what was read: a quarter of what an emptied file can take.
const PACE: u64 = 256 << 10;

/// What waiting came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waited {
    /// What was waited for has come.
    Come,
    /// The run is over.
    Over,
}

impl<S: Site> Delivery<S> {
    /// Waits a little for what would make room.
    pub(super) fn wait(&mut self, why: Why) -> Result<Waited> {
        let now = self.tick();
        let idle = now.saturating_sub(self.watch.lock().progress.unwrap_or(now));
        let left = self.terms.until.map(|until| until.saturating_sub(now));
        if left.is_some_and(|left| left.is_zero()) {
            if idle >= WORTH_SAYING {
                let bytes = self.ledger.unconfirmed_bytes();
                self.say(words::waits(why, bytes, idle));
            }
            return Ok(Waited::Over);
        }
        let span = BETWEEN_RECEIPTS.min(left.unwrap_or(BETWEEN_RECEIPTS));
        self.site.pause(span.max(SHORTEST_LOOK))?;
        Ok(Waited::Come)
    }

    /// Waits until what was sent in this run is no more than the pace allows.
    pub(super) fn keep_pace(&mut self) -> Result<Waited> {
        let due = Duration::from_millis(self.paced.saturating_mul(1_000) / PACE);
        let now = self.tick();
        let wait = (self.began + due).saturating_sub(now);
        if self.terms.until.is_some_and(|until| now + wait > until) {
            return Ok(Waited::Over);
        }
        if !wait.is_zero() {
            self.site.pause(wait)?;
        }
        Ok(Waited::Come)
    }
}
