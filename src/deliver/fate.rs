//! Receipts that came while the intake refused logs: they say that the Agent is done, not the intake.

use super::ledger::Ledger;
use super::registry::Entry;
use super::sent::Now;

impl Ledger {
    /// How many records an entry would newly acknowledge.
    pub(super) fn acknowledged_by(&self, entry: Option<Entry>) -> usize {
        let ours = entry.filter(|entry| entry.taken >= self.taken && self.is_of_this_file(*entry));
        let left = |entry: Entry| self.sent.behind(self.confirmed.max(entry.offset)).0;
        self.unconfirmed() - ours.map_or(self.unconfirmed(), left)
    }

    /// Gives up as lost what an entry says that the Agent is done with.
    pub(super) fn refuse(&mut self, entry: Entry) -> usize {
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
