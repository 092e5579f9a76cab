//! Receipts that came while the intake refused logs: they say that the Agent is done, not the intake.

use super::ledger::Ledger;
use super::registry::Entry;
use super::sent::Now;

impl Ledger {
    /// How many records an entry would newly acknowledge.
    pub(super) fn acknowledged_by(&self, entry: Option<Entry>) -> usize {
        let offset = entry.filter(|entry| entry.offset <= self.end && self.stale.is_none());
        let before = self.unconfirmed();
        before
            - offset.map_or(before, |entry| {
                self.sent.behind(self.confirmed.max(entry.offset)).0
            })
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
        self.settle();
        lost
    }
}
