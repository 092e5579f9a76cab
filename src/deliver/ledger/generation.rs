//! A file that is emptied begins anew, and what the Agent says of it may still be of what was there.

use std::time::Duration;

use super::Ledger;
use crate::deliver::habits::Habits;
use crate::deliver::registry::Entry;
use crate::deliver::site::Moment;

/// The registry's offset of what was in the file before it was emptied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::deliver) struct Stale {
    pub(in crate::deliver) offset: u64,
    /// When it was found so.
    pub(in crate::deliver) since: Moment,
    /// The file was emptied before all of it was acknowledged: what the Agent had read of it may
    /// still be, at any offset.
    pub(in crate::deliver) in_flight: bool,
}

impl Stale {
    /// Whether an Agent with these habits has noticed by now.
    pub(super) fn is_noticed(&self, habits: Habits, now: Moment) -> bool {
        now.tick >= self.since.tick.saturating_add(habits.until_noticed())
    }

    /// Whether an entry speaks of what came after.
    pub(in crate::deliver) fn is_older_than(&self, habits: Habits, entry: Entry) -> bool {
        let read_after = entry.taken / 1_000_000 >= self.since.wall.after(habits.until_noticed()).0;
        read_after || (entry.offset < self.offset && !self.in_flight)
    }
}

/// Where a tailer stands that reads on in a file after it was emptied in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::deliver) struct Remnant {
    pub(super) offset: u64,
    pub(super) until: Duration,
}

impl Ledger {
    /// Whether an entry speaks of what is in the file, and not of what was.
    pub(in crate::deliver) fn is_of_this_file(&self, entry: Entry) -> bool {
        entry.offset <= self.end && self.comes_after_the_stale(entry)
    }

    /// Whether an entry speaks of what came after the file was emptied last, if it was.
    pub(super) fn comes_after_the_stale(&self, entry: Entry) -> bool {
        self.stale
            .is_none_or(|stale| stale.is_older_than(self.habits, entry))
    }

    /// Where the registry last said that the Agent is.
    pub(in crate::deliver) fn offset_seen(&self) -> u64 {
        self.entry.map_or(0, |entry| entry.offset)
    }

    /// Notes that a tailer stands at an offset behind the file's end until it is closed.
    pub(in crate::deliver) fn leave_a_tailer(&mut self, offset: u64, now: Moment) {
        self.remnants.retain(|remnant| now.tick < remnant.until);
        self.remnants.push(Remnant {
            offset,
            until: now.tick.saturating_add(self.habits.until_closed()),
        });
    }
}
