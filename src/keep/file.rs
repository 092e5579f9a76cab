//! A resume point in a file that a person can read.

use std::path::{Path, PathBuf};

use super::disk::{self, Lock};
use super::sealed::{Opened, open};
use super::{Keep, Kept, NO_PLACE, checked, layout, newer_version, superseded};
use crate::error::Result;

/// File systems take 255 bytes in a name; the identity, an ending and a number go after the label.
const LABEL_LENGTH: usize = 100;
/// 64 bits of the identity: no two streams of a folder share them by chance.
const IDENTITY_LENGTH: usize = 16;

/// One stream's resume point in a folder, in a file of its own that is replaced whole.
///
/// Whatever is part of the label has to be part of the identity: the file is found by both.
#[derive(Debug)]
pub struct PlaceFile {
    path: PathBuf,
    held: Option<Lock>,
    /// What was written last while the lock was held: nobody else has written since.
    written: Option<u64>,
}

impl PlaceFile {
    /// The file of a stream in a folder; nothing is read or written yet.
    #[must_use]
    pub fn new(folder: &Path, label: &str, identity: &str) -> Self {
        let name = format!(
            "{}-{}.json",
            plain(label, LABEL_LENGTH),
            plain(identity, IDENTITY_LENGTH)
        );
        Self::at(folder.join(name))
    }

    /// The file that was found at a path, whoever's it is.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self {
            path,
            held: None,
            written: None,
        }
    }

    /// Whether a process keeps every other writer out at this moment.
    pub fn is_held(&self) -> Result<bool> {
        disk::is_locked(&self.path.with_extension("lock"))
    }

    /// Where the resume point is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Proves that the resume point can be kept, and leaves nothing behind.
    pub fn prove(&self) -> Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        disk::proven(folder).map_err(|error| disk::problem("write to", folder, &error))?;
        disk::may_write(&self.path.with_extension("lock"))
    }

    /// Keeps every other writer out for as long as this value lives; reading stays possible.
    pub fn hold(&mut self) -> Result<()> {
        if self.held.is_none() {
            self.held = Some(self.lock()?);
        }
        Ok(())
    }

    /// Forgets the place, whatever is there: the next run begins at `start`.
    pub fn reset(&mut self) -> Result<()> {
        self.written = None;
        let _lock = match self.held {
            Some(_) => None,
            None => Some(self.lock()?),
        };
        let sequence = match self.found()? {
            Opened::Whole { sequence, .. } => sequence.saturating_add(1),
            Opened::Newer { .. } | Opened::Torn | Opened::Empty => 1,
        };
        let text = checked(&self.whose(), sequence, NO_PLACE)?;
        disk::replace(&self.path, &layout::spread(&text))
    }

    fn lock(&self) -> Result<Lock> {
        if let Some(folder) = self.path.parent() {
            disk::make_folder(folder)?;
        }
        Lock::on(&self.path.with_extension("lock"))
    }

    fn whose(&self) -> String {
        format!("the resume point in {}", self.path.display())
    }

    fn opened(&self) -> Result<Opened> {
        match self.found()? {
            Opened::Newer { version } => {
                let removal = "remove it with `logwalk cursor reset`";
                Err(newer_version(&self.whose(), version, removal))
            }
            opened => Ok(opened),
        }
    }

    fn found(&self) -> Result<Opened> {
        let text = disk::text_of(&self.path)?;
        match text.as_deref().map(open) {
            None => Ok(Opened::Empty),
            // An empty file is no first run: a save never leaves one behind.
            Some(Opened::Empty) => Ok(Opened::Torn),
            Some(opened) => Ok(opened),
        }
    }

    fn replace(&self, sequence: u64, place: &str) -> Result<()> {
        match self.opened()? {
            Opened::Whole {
                sequence: found, ..
            } if found >= sequence => Err(superseded(&self.whose(), found, sequence)),
            Opened::Whole { .. } | Opened::Newer { .. } | Opened::Torn | Opened::Empty => {
                self.write(sequence, place)
            }
        }
    }

    fn write(&self, sequence: u64, place: &str) -> Result<()> {
        let text = checked(&self.whose(), sequence, place)?;
        disk::replace(&self.path, &layout::spread(&text))
    }
}

impl Keep for PlaceFile {
    fn load(&mut self) -> Result<Kept> {
        match self.opened()? {
            Opened::Whole { sequence, place } => Ok(Kept::whole(sequence, place, Vec::new())),
            Opened::Empty => Ok(Kept::default()),
            Opened::Torn | Opened::Newer { .. } => Ok(Kept::lost(format!(
                "{} is damaged: the walk begins at `start` again, so records are sent twice or, if \
                 they are older than `start`, not at all; put a backup of the file back, or look \
                 for what else writes to that folder",
                self.whose()
            ))),
        }
    }

    fn save(&mut self, sequence: u64, place: &str) -> Result<()> {
        if self.held.is_some() {
            // A place may be large, and to read it back before each page is a tenth of the work.
            match self.written.filter(|written| *written < sequence) {
                Some(_) => self.write(sequence, place)?,
                None => self.replace(sequence, place)?,
            }
            self.written = Some(sequence);
            return Ok(());
        }
        let _lock = self.lock()?;
        self.replace(sequence, place)
    }
}

/// The text as part of a file name, on every file system.
fn plain(text: &str, length: usize) -> String {
    text.chars()
        .map(|character| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => character,
            _ => '_',
        })
        .take(length)
        .collect()
}

#[cfg(test)]
mod tests;
