//! What is nowhere any more, because the file is gone, shorter or another.

use std::time::Duration;

use super::{Ledger, Scene, Stale};
use crate::deliver::registry::Entry;
use crate::deliver::sent::Now;
use crate::deliver::site::Look;

/// Until then, an Agent that has just started has hardly read anything.
const READ: Duration = Duration::from_secs(5);

impl Ledger {
    /// Whether the file is still the one that everything was sent into.
    #[must_use]
    pub fn is_whole(&self, look: Option<Look>) -> bool {
        match look {
            None => self.end == 0,
            Some(look) => look.size >= self.end && self.is_the_inode(look),
        }
    }

    /// Whether what was kept about is still there: what was not synced may be gone.
    pub(in crate::deliver) fn is_solid(&self, look: Option<Look>) -> bool {
        look.is_some_and(|look| look.size >= self.sent.end() && self.is_the_inode(look))
    }

    pub(super) fn is_the_inode(&self, look: Look) -> bool {
        self.inode == 0 || look.inode == self.inode
    }

    /// Gives up what `survives` says is nowhere; the walk goes back to what is acknowledged. Says how
    /// many records are to be sent again.
    pub(in crate::deliver) fn lose(&mut self, fate: impl Fn((u64, u64)) -> Now) -> usize {
        let before = self.sent.len();
        let confirmed = self.confirmed;
        self.sent = self.sent.placed_anew(|span| match span {
            None => Now::Confirmed,
            Some((_, end)) if end <= confirmed => Now::Confirmed,
            Some(span) => fate(span),
        });
        let lost = before - self.sent.len();
        if lost > 0 {
            self.newest = None;
            self.middle = None;
        }
        self.settle();
        lost
    }

    /// The Agent before may have died with what its offset had passed, and nobody reads that again.
    pub(super) fn lose_what_was_overtaken(&mut self, entry: Entry) -> usize {
        if self.habits.overtaking.is_none() {
            return 0;
        }
        self.lose(|(begin, _)| {
            if begin >= entry.offset {
                Now::There
            } else {
                Now::Lost
            }
        })
    }

    /// The file is gone, shorter or another: what was not acknowledged in it is lost.
    pub(in crate::deliver) fn lose_the_file(&mut self, scene: &Scene<'_>) -> usize {
        let size = scene.look.map_or(0, |look| look.size);
        // Only an offset that lies behind the new file's end is surely of the old one.
        let of_the_old = scene.entry.filter(|entry| {
            let may_be_undone = self.habits.overtaking.is_some() && self.process != scene.process;
            self.stale.is_none()
                && !may_be_undone
                && entry.taken >= self.taken
                && entry.offset > size
                && entry.offset <= self.end
        });
        self.confirmed = self
            .confirmed
            .max(of_the_old.map_or(0, |entry| entry.offset));
        let lost = self.lose(|_| Now::Lost);
        self.sent = self.sent.placed_anew(|_| Now::Confirmed);
        (self.confirmed, self.end, self.inode) = (0, size, scene.look.map_or(0, |look| look.inode));
        // An Agent that has just started reads on where its registry says, or from the beginning; one
        // that runs may have read the old file, and what it read may be on its way.
        let runs = self.process == scene.process || scene.age >= READ;
        let beyond = scene.entry.is_some_and(|entry| entry.offset > size);
        self.stale = (runs || beyond).then(|| Stale {
            offset: scene.entry.map_or(0, |entry| entry.offset),
            since: scene.now,
            in_flight: runs,
        });
        lost
    }
}
