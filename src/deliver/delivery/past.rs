//! What became of what earlier runs sent, before this one sends anything.

use std::time::Duration;

use parking_lot::Mutex;

use super::waiting::{LONGEST_LOOK, Waited};
use super::{Delivery, Terms, Watch};
use crate::deliver::ledger::{Opening, Scene};
use crate::deliver::registry::{Entry, Reading};
use crate::deliver::site::{Look, Moment, Site};
use crate::deliver::words;
use crate::error::Result;

/// A registry that is not there yet is written within a flush or two.
const TO_FIND_THE_REGISTRY: Duration = Duration::from_secs(3);

/// A registry that could be read and cannot any more is believed to be gone after this.
const GONE: Duration = Duration::from_mins(5);

/// A request that failed is made again at the latest after two minutes, and may take a while.
const STILL_FAILING: Duration = Duration::from_mins(3);

/// Many Agents empty their registry and write it again: it is torn for as long as that takes.
const LOOKS: u32 = 5;
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

impl<S: Site> Delivery<S> {
    /// Says whether this run may send, with receipts or where there never were any without.
    pub(super) fn find_the_registry(&mut self) -> Result<bool> {
        let searched = std::mem::replace(&mut self.watch.lock().searched, true);
        let until = self.began + TO_FIND_THE_REGISTRY;
        let file = self.terms.file.clone();
        while self.read_registry(&file).is_none() {
            let read = self.watch.lock().read;
            if read.is_some_and(|read| self.began < read + GONE) {
                if self.tick() >= until {
                    // What is on its way is not given up for a file that may be back in a moment.
                    self.say(words::receipts_hidden());
                    return Ok(false);
                }
            } else if searched || self.tick() >= until {
                self.receipts = false;
                if !std::mem::replace(&mut self.watch.lock().said_no_receipts, true) {
                    self.say(words::no_receipts());
                }
                return Ok(true);
            }
            self.site.pause(LONGEST_LOOK)?;
        }
        Ok(true)
    }

    /// The registry; of one that the Agent is just writing in place, what it says a moment later.
    pub(super) fn read_registry(&self, file: &str) -> Option<Reading> {
        let looks = match self.watch.lock().read {
            Some(_) => LOOKS,
            None => 1,
        };
        for look in 0..looks {
            if look > 0 {
                self.site.nap(BETWEEN_LOOKS);
            }
            if let Some(reading) = self.site.registry(file) {
                self.watch.lock().read = Some(self.tick());
                return Some(reading);
            }
        }
        None
    }

    /// What the registry says of a file; after a restart the new Agent reads on from there, whatever
    /// the earlier one has left undone, and begins at the beginning where it says nothing.
    fn entry_of(&mut self, file: &str, restarted: bool) -> Option<Entry> {
        let reading = self.read_registry(file);
        // Read after it, the counters know of every refusal that the registry acknowledges.
        self.count_what_was_dropped();
        let reading = reading?;
        if !restarted {
            return self.believed(file, &reading);
        }
        if reading.entry.is_none() {
            self.watch.lock().from_its_beginning = true;
        }
        reading.entry
    }

    /// Finds out what became of what earlier runs sent; says whether this run may send.
    pub(super) fn settle_the_past(&mut self) -> Result<bool> {
        let now = self.tick();
        match (self.watch.lock().stale, &mut self.ledger.stale) {
            // The same as an earlier run found: since then, the Agent has had time to notice.
            (Some(known), stale) => *stale = Some(known),
            (None, Some(stale)) => stale.since.tick = now,
            (None, None) => {}
        }
        self.ledger.remnants.clone_from(&self.watch.lock().remnants);
        let restarted = self.ledger.process != self.terms.process;
        if restarted {
            // What a restart means is judged once.
            self.changed = !self.ledger.is_forgotten();
            // A new Agent counts from nought, and all that it has dropped it has just read.
            self.ledger.dropped = Some(0);
        }
        let judged = loop {
            let now = self.site.now();
            let file = self.ledger.file.clone();
            let look = self.site.look(&file)?;
            let entry = self.entry_of(&file, restarted);
            if !self.receipts && self.ledger.is_whole(look) {
                let passed = self.ledger.pass_by();
                self.passed += passed as u64;
                self.changed |= passed > 0;
            }
            if self.ledger.is_solid(look) && (restarted || self.ledger.is_whole(look)) {
                self.ledger.grow(look);
                self.is_refused(entry);
            } else {
                self.changed |= !self.ledger.is_forgotten();
            }
            let before = self.ledger.unconfirmed();
            let scene = scene(&self.terms, &self.watch, look, entry, now);
            let opening = self.ledger.open(&scene);
            if self.ledger.unconfirmed() < before {
                self.changed = true;
                self.watch.lock().progress = Some(now.tick);
            }
            match opening {
                Opening::Ready(lost) => {
                    if lost > 0 {
                        self.say(words::lost(&file, lost));
                        self.resent += lost as u64;
                        self.changed = true;
                    }
                    break entry;
                }
                Opening::Wait(why) => {
                    if self.wait(why)? == Waited::Over {
                        return Ok(false);
                    }
                }
            }
        };
        let now = self.site.now();
        let file = self.terms.file.clone();
        let look = self.site.look(&file)?;
        // What the registry says of the same file by now is judged when receipts are looked for.
        let entry = match self.ledger.file == file {
            true if self.watch.lock().from_its_beginning => None,
            true => judged,
            false => self.entry_of(&file, restarted),
        };
        self.ledger.adopt(&file, look, entry, now);
        let mut watch = self.watch.lock();
        watch.stale = self.ledger.stale;
        watch.remnants.clone_from(&self.ledger.remnants);
        drop(watch);
        self.count_what_was_dropped();
        Ok(true)
    }
}

pub(super) fn scene<'t>(
    terms: &'t Terms,
    watch: &Mutex<Watch>,
    look: Option<Look>,
    entry: Option<Entry>,
    now: Moment,
) -> Scene<'t> {
    let watch = watch.lock();
    Scene {
        file: &terms.file,
        process: &terms.process,
        look,
        entry,
        from_its_beginning: watch.from_its_beginning,
        failing: watch
            .errors
            .is_some_and(|(errors, last)| errors > 0 && now.tick < last + STILL_FAILING),
        age: now.tick,
        waited: now.tick.saturating_sub(watch.progress.unwrap_or(now.tick)),
        now,
    }
}
