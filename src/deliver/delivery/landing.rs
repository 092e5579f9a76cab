//! Waits until what was sent is in the file and on the disk.

use std::time::Duration;

use super::Delivery;
use super::waiting::{LONGEST_LOOK, SHORTEST_LOOK};
use crate::deliver::ledger::Landing;
use crate::deliver::sent::Line;
use crate::deliver::site::{Look, Site};
use crate::deliver::words;
use crate::error::{Error, Result};

/// The Agent writes a line as soon as it has it; this is patience for a busy disk, from the last
/// byte that came.
const TO_LAND: Duration = Duration::from_secs(2);

/// A line that is in flight is there within this, whether or not the run was cancelled meanwhile.
const SURELY: Duration = Duration::from_millis(100);

impl<S: Site> Delivery<S> {
    pub(super) fn land(&mut self, lines: &[Line]) -> Result<()> {
        let begin = self.tick();
        let (mut seen, mut since) = (None, begin);
        let mut pause = SHORTEST_LOOK;
        loop {
            let look = self.site.look(&self.terms.file)?;
            let moment = self.site.now();
            let now = moment.tick;
            if look != seen {
                (seen, since) = (look, now);
            }
            let patient = now < since + TO_LAND;
            match self.ledger.landed(look, lines, patient, moment) {
                Landing::There => break,
                Landing::Lost(records) => {
                    self.lose(records);
                    break;
                }
                Landing::Missing => return Err(self.missing(look, lines)),
                Landing::NotYet if now < begin + SURELY => self.site.nap(pause),
                Landing::NotYet => self.site.pause(pause)?,
            }
            pause = (pause * 2).min(LONGEST_LOOK);
        }
        let mut watch = self.watch.lock();
        watch.stale = self.ledger.stale;
        watch.remnants.clone_from(&self.ledger.remnants);
        drop(watch);
        self.site.sync(&self.terms.file)?;
        self.paced += lines.iter().map(|line| u64::from(line.bytes)).sum::<u64>();
        Ok(())
    }

    pub(super) fn end_the_torn_line(&mut self) -> Result<()> {
        if !self.torn {
            return Ok(());
        }
        let until = self.tick() + TO_LAND;
        while self.site.is_torn(&self.terms.file)? {
            if self.tick() >= until {
                return Err(Error::config(
                    "logs",
                    words::missing(&self.terms.file, &self.terms.entry),
                ));
            }
            self.site.pause(LONGEST_LOOK)?;
        }
        self.torn = false;
        let look = self.site.look(&self.terms.file)?;
        if self.ledger.is_whole(look) {
            let (file, now) = (self.terms.file.clone(), self.site.now());
            self.ledger.adopt(&file, look, None, now);
        }
        Ok(())
    }

    fn missing(&self, look: Option<Look>, lines: &[Line]) -> Error {
        let sent: u64 = lines.iter().map(|line| u64::from(line.bytes)).sum();
        match look {
            None => Error::config("logs", words::missing(&self.terms.file, &self.terms.entry)),
            Some(look) => Error::Unavailable(words::dropped(
                &self.terms.file,
                self.ledger.end + sent,
                look.size,
                &self.terms.entry,
            )),
        }
    }
}
