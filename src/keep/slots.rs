//! Two slots written in turn, for a store that writes in place and swallows errors.

use super::sealed::{self, Opened, open};
use super::{Keep, Kept, checked, newer_version, superseded};
use crate::error::{Error, Result};

const WHOSE: &str = "the resume point in the Agent's cache";
const REMOVAL: &str = "remove this check's files under the Agent's run_path";

/// Two named texts in a store that can lose or tear the one it is writing, never the other.
pub trait Slots {
    /// The text of slot 0 or 1; none, or an empty one, where nothing was ever written.
    fn read(&self, slot: usize) -> Result<Option<String>>;

    /// Shows the text of slot 0 or 1, which may be large, to whoever only looks at it.
    fn show(&self, slot: usize, see: &mut dyn FnMut(&str)) -> Result<()> {
        see(&self.read(slot)?.unwrap_or_default());
        Ok(())
    }

    /// Brings slot 0 or 1 to the disk, where the store itself does not.
    fn settle(&self, _slot: usize) -> Result<()> {
        Ok(())
    }

    /// Replaces the text of slot 0 or 1; success is not believed until it was read back.
    fn write(&self, slot: usize, text: &str) -> Result<()>;
}

/// A resume point in two slots: a torn write costs the newest place, never both.
#[derive(Debug)]
pub struct TwoSlots<S> {
    slots: S,
}

impl<S: Slots> TwoSlots<S> {
    /// Reads and writes nothing yet.
    pub fn new(slots: S) -> Self {
        Self { slots }
    }

    fn opened(&self, slot: usize) -> Result<Opened> {
        opened(&self.slots.read(slot)?.unwrap_or_default())
    }

    /// The number of a whole place; what is not whole is older than every number.
    fn number(&self, slot: usize) -> Result<Option<u64>> {
        let mut number = None;
        self.slots
            .show(slot, &mut |text| number = sealed::number(text))?;
        if number.is_some() {
            return Ok(number);
        }
        match self.opened(slot)? {
            Opened::Whole { sequence, .. } => Ok(Some(sequence)),
            Opened::Newer { .. } | Opened::Torn | Opened::Empty => Ok(None),
        }
    }
}

impl<S: Slots> Keep for TwoSlots<S> {
    fn load(&mut self) -> Result<Kept> {
        let newest = match (self.opened(0)?, self.opened(1)?) {
            (Opened::Empty, Opened::Empty) => return Ok(Kept::default()),
            (
                Opened::Whole { sequence, place },
                Opened::Whole {
                    sequence: other_sequence,
                    place: other_place,
                },
            ) => {
                return Ok(if sequence > other_sequence {
                    Kept::whole(sequence, place, Vec::new())
                } else {
                    Kept::whole(other_sequence, other_place, Vec::new())
                });
            }
            (Opened::Whole { sequence, place }, other)
            | (other, Opened::Whole { sequence, place }) => (sequence, place, other),
            (_, _) => {
                return Ok(Kept::lost(format!(
                    "{WHOSE} is damaged in both of its copies: the walk begins at `start` again, \
                     so records are sent twice or, if they are older than `start`, not at all; \
                     look for a full or failing disk under the Agent's run_path"
                )));
            }
        };
        let (sequence, place, other) = newest;
        // After the very first save the second slot has never been written.
        let first_save = sequence <= 1 && other == Opened::Empty;
        let said = if first_save {
            Vec::new()
        } else {
            vec![format!(
                "the newest copy of {WHOSE} was cut short, as by a crash: going on from the copy \
                 before it, number {sequence}; at most the page after it is sent again"
            )]
        };
        Ok(Kept::whole(sequence, place, said))
    }

    fn save(&mut self, sequence: u64, place: &str) -> Result<()> {
        let text = checked(WHOSE, sequence, place)?;
        let numbers = [self.number(0)?, self.number(1)?];
        let newest = numbers[0].max(numbers[1]);
        if let Some(found) = newest.filter(|found| *found >= sequence) {
            return Err(superseded(WHOSE, found, sequence));
        }
        let slot = usize::from(numbers[0] > numbers[1]);
        // A power cut may take what is being written, and must not take the other as well.
        self.slots.settle(1 - slot)?;
        self.slots.write(slot, &text)?;
        let (mut stuck, mut found) = (false, None);
        self.slots.show(slot, &mut |back| {
            stuck = back == text;
            found = sealed::number(back);
        })?;
        if stuck {
            return Ok(());
        }
        match found {
            Some(found) if found >= sequence => Err(superseded(WHOSE, found, sequence)),
            Some(_) | None => Err(Error::Store(format!(
                "{WHOSE} did not stick: what was written is not what is read back; the Agent's \
                 run_path may be on a full disk, or its files may belong to another user (after \
                 `agent check` as root): free space, or give them back to the Agent's user"
            ))),
        }
    }
}

/// What a slot holds; an error where only a newer version can say.
fn opened(text: &str) -> Result<Opened> {
    match open(text) {
        Opened::Newer { version } => Err(newer_version(WHOSE, version, REMOVAL)),
        opened => Ok(opened),
    }
}

#[cfg(test)]
mod tests;
