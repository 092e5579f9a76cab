//! What the registry acknowledges, and what it acknowledges although the intake refused it.

use super::{Ledger, Stale};
use crate::deliver::registry::Entry;
use crate::deliver::sent::Now;
use crate::deliver::site::Moment;

impl Ledger {
    /// Takes in what the registry says of the file; says whether anything is acknowledged by it.
    pub fn observe(&mut self, entry: Option<Entry>, now: Moment) -> bool {
        let Some(entry) = entry.filter(|entry| entry.taken >= self.taken) else {
            return false;
        };
        self.entry = Some(entry);
        self.taken = entry.taken;
        if !self.is_of_this_file(entry) {
            let fresh = Stale {
                offset: 0,
                since: now,
                in_flight: false,
            };
            if self.stale.is_none() {
                self.leave_a_tailer(entry.offset, now);
            }
            self.stale.get_or_insert(fresh).offset = entry.offset;
            return false;
        }
        self.stale = None;
        let advanced = entry.offset > self.confirmed;
        self.confirmed = self.confirmed.max(entry.offset);
        self.settle();
        advanced
    }

    /// How many records an entry would newly acknowledge.
    pub(in crate::deliver) fn acknowledged_by(&self, entry: Option<Entry>) -> usize {
        let ours = entry.filter(|entry| entry.taken >= self.taken && self.is_of_this_file(*entry));
        let left = |entry: Entry| self.sent.behind(self.confirmed.max(entry.offset)).0;
        self.unconfirmed() - ours.map_or(self.unconfirmed(), left)
    }

    /// Gives up as lost what an entry says that the Agent is done with.
    pub(in crate::deliver) fn refuse(&mut self, entry: Entry) -> usize {
        let lost = self.lose(|(_, end)| {
            if end <= entry.offset {
                Now::Lost
            } else {
                Now::There
            }
        });
        self.confirmed = self.confirmed.max(entry.offset);
        self.taken = self.taken.max(entry.taken);
        self.entry = Some(entry);
        self.stale = None;
        self.settle();
        lost
    }
}
