//! What a ledger that was kept means to whoever reads it: a later run, or a later Agent.

use std::time::Duration;

use super::room::Why;
use super::{Ledger, Stale};
use crate::deliver::registry::Entry;
use crate::deliver::sent::Now;
use crate::deliver::site::{Look, Moment};

/// An Agent that has just started writes an entry as soon as the intake has taken a payload: its
/// scan, its poll, its batch and its flush, with room to spare.
const UNTIL_AN_ENTRY: Duration = Duration::from_mins(2);

/// While its requests fail it can write none, and nothing would be gained by sending all again.
const UNTIL_AN_ENTRY_IN_AN_OUTAGE: Duration = Duration::from_hours(1);

/// How long the receipts of an earlier configuration's file are waited for without any coming.
const OLD_FILE: Duration = Duration::from_mins(5);

/// What there is to see when a ledger is opened.
#[derive(Debug, Clone, Copy)]
pub(in crate::deliver) struct Scene<'a> {
    /// The file that is written into from now on.
    pub(in crate::deliver) file: &'a str,
    /// This process.
    pub(in crate::deliver) process: &'a str,
    /// The ledger's file.
    pub(in crate::deliver) look: Option<Look>,
    /// What the registry says of the ledger's file.
    pub(in crate::deliver) entry: Option<Entry>,
    /// This process began with a registry that did not know the file: it read it from its beginning.
    pub(in crate::deliver) from_its_beginning: bool,
    /// Requests to the intake fail.
    pub(in crate::deliver) failing: bool,
    /// How long this process has run.
    pub(in crate::deliver) age: Duration,
    /// How long no receipt has come.
    pub(in crate::deliver) waited: Duration,
    /// The clocks.
    pub(in crate::deliver) now: Moment,
}

/// Whether a ledger can be gone on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::deliver) enum Opening {
    /// It can; so many records are to be sent again.
    Ready(usize),
    /// Not before something has happened.
    Wait(Why),
}

impl Ledger {
    /// Judges what was remembered by what there is to see.
    pub(in crate::deliver) fn open(&mut self, scene: &Scene<'_>) -> Opening {
        if self.sent.is_empty() {
            return Opening::Ready(0);
        }
        let same_file = self.file == scene.file;
        let opening = if self.process == scene.process {
            self.open_in_the_same_agent(scene, same_file)
        } else {
            self.open_after_a_restart(scene, same_file)
        };
        if matches!(opening, Opening::Ready(_)) {
            scene.process.clone_into(&mut self.process);
        }
        opening
    }

    /// Takes in that a page whose place was not kept lies behind what is remembered.
    pub(in crate::deliver) fn grow(&mut self, look: Option<Look>) {
        self.end = look.map_or(0, |look| look.size);
    }

    /// Goes on in a file as it is now.
    pub(in crate::deliver) fn adopt(
        &mut self,
        file: &str,
        look: Option<Look>,
        entry: Option<Entry>,
        now: Moment,
    ) {
        if self.file != file {
            self.sent = self.sent.placed_anew(|_| Now::Confirmed);
            file.clone_into(&mut self.file);
            (self.confirmed, self.stale, self.entry, self.taken) = (0, None, None, 0);
            self.remnants.clear();
        }
        self.end = look.map_or(0, |look| look.size);
        self.inode = look.map_or(0, |look| look.inode);
        self.observe(entry, now);
    }

    fn open_in_the_same_agent(&mut self, scene: &Scene<'_>, same_file: bool) -> Opening {
        if !self.is_whole(scene.look) {
            return Opening::Ready(self.lose_the_file(scene));
        }
        self.observe(scene.entry, scene.now);
        if same_file || self.is_confirmed() {
            Opening::Ready(0)
        } else if scene.waited < OLD_FILE {
            Opening::Wait(Why::OldFile)
        } else {
            Opening::Ready(self.lose(|_| Now::Lost))
        }
    }

    /// What a new Agent process will read of the file, and what it will not.
    fn open_after_a_restart(&mut self, scene: &Scene<'_>, same_file: bool) -> Opening {
        if !self.is_solid(scene.look) {
            return Opening::Ready(self.lose_the_file(scene));
        }
        if !same_file {
            // Nobody reads on in the file of another check id.
            self.observe(scene.entry, scene.now);
            return Opening::Ready(self.lose(|_| Now::Lost));
        }
        let Some(entry) = scene.entry else {
            let patience = if scene.failing {
                UNTIL_AN_ENTRY_IN_AN_OUTAGE
            } else {
                UNTIL_AN_ENTRY
            };
            if scene.age < patience {
                return Opening::Wait(Why::Entry);
            }
            return Opening::Ready(self.lose(|_| Now::Lost));
        };
        if scene.from_its_beginning {
            // Whatever it acknowledges it has read itself; an entry of an earlier one is no measure.
            (self.taken, self.entry, self.stale) = (0, None, None);
            self.remnants.clear();
            return Opening::Ready(0);
        }
        if entry.taken >= self.taken && self.comes_after_the_stale(entry) {
            let lost = self.lose_what_was_overtaken(entry);
            self.observe(scene.entry, scene.now);
            return Opening::Ready(lost);
        }
        // The registry is an older one, or speaks of what was in the file before: the Agent reads on
        // from where that says, or from the beginning where that is behind the end.
        self.taken = entry.taken;
        self.entry = Some(entry);
        if scene.look.is_some_and(|look| entry.offset > look.size) {
            self.stale = Some(Stale {
                offset: entry.offset,
                since: scene.now,
                in_flight: false,
            });
            self.leave_a_tailer(entry.offset, scene.now);
            return Opening::Ready(0);
        }
        self.stale = None;
        let unread = |(begin, _): (u64, u64)| begin >= entry.offset;
        let lost = self.lose(|span| if unread(span) { Now::There } else { Now::Lost });
        Opening::Ready(lost)
    }
}
