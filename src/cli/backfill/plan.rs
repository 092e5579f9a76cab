//! The windows of a range as they were first cut, and where each of them stands, kept in the store.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::{Config, Store};
use crate::error::{Error, Result};
use crate::keep::{Keep, PlaceFile};
use crate::source::Source;
use crate::time::Time;
use crate::walk::{Place, Range};

/// Where a window stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    /// Nothing of it was read.
    NotBegun,
    /// Everything before this moment is delivered.
    At(Time),
    /// All of it is delivered.
    Finished,
}

impl Stand {
    /// How much of the window is delivered.
    pub(super) fn done(self, range: Range) -> Duration {
        match self {
            Self::NotBegun => Duration::ZERO,
            Self::At(reached) => range.before(reached),
            Self::Finished => range.span(),
        }
    }
}

/// What is written down of a plan.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    windows: Vec<Range>,
}

/// Where the windows' resume points are.
#[derive(Debug)]
pub(super) struct Windows {
    pub(super) ranges: Vec<Range>,
    folder: PathBuf,
    identity: String,
}

/// The windows of a range: cut once, for whoever cut them anew could leave out what lies between.
#[derive(Debug)]
pub(super) struct Plan {
    range: Range,
    windows: Arc<Windows>,
    file: PlaceFile,
    tail: Option<Time>,
}

impl Plan {
    /// As it is kept, or else as it would be made; nothing is written yet.
    pub(super) fn of(config: &Config, range: Range) -> Result<Self> {
        let Store::File(store) = &config.store else {
            return Err(Error::config("store", "a backfill needs a file store"));
        };
        let identity = config.identity();
        let mut live = PlaceFile::new(store, &config.label(), &identity);
        let stem = live.path().file_stem().unwrap_or_default().to_owned();
        let folder = store.join("backfill").join(stem);
        let mut file = file(&folder, range, &identity);
        let ranges = match kept(&mut file)? {
            Some(kept) => kept.windows,
            None => range.windows(&config.source)?,
        };
        let windows = Windows {
            ranges,
            folder: file.path().with_extension(""),
            identity,
        };
        // What is wrong with the live tail's place is for whoever walks it.
        let tail = live.load().ok().and_then(|kept| kept.place);
        let tail = tail.and_then(|text| serde_json::from_str::<Place>(&text).ok());
        Ok(Self {
            range,
            windows: Arc::new(windows),
            file,
            tail: tail.and_then(|place| place.start),
        })
    }

    /// The whole range.
    pub(super) fn range(&self) -> Range {
        self.range
    }

    /// Its windows.
    pub(super) fn windows(&self) -> Arc<Windows> {
        Arc::clone(&self.windows)
    }

    /// Where the live tail of the same stream began, if there is one.
    pub(super) fn tail(&self) -> Option<Time> {
        self.tail
    }

    /// Keeps every other backfill of this range out, and writes the plan down if it is a new one.
    pub(super) fn hold(&mut self) -> Result<()> {
        self.file.hold()?;
        match kept(&mut self.file)? {
            // Somebody else made it meanwhile.
            Some(kept) if kept.windows != self.windows.ranges => {
                let windows = Windows {
                    ranges: kept.windows,
                    folder: self.windows.folder.clone(),
                    identity: self.windows.identity.clone(),
                };
                self.windows = Arc::new(windows);
                Ok(())
            }
            Some(_) => Ok(()),
            None => {
                let kept = Kept {
                    windows: self.windows.ranges.clone(),
                };
                let text = serde_json::to_string(&kept).map_err(|error| {
                    Error::Store(format!("the plan cannot be written: {error}"))
                })?;
                self.file.save(1, &text)
            }
        }
    }

    /// Where each window stands.
    pub(super) fn stands(&self, source: &Source) -> Result<Vec<Stand>> {
        let stand = |range: &Range| self.windows.stand(*range, source);
        self.windows.ranges.iter().map(stand).collect()
    }
}

impl Windows {
    /// The resume point of a window.
    pub(super) fn file(&self, range: Range) -> PlaceFile {
        file(&self.folder, range, &self.identity)
    }

    /// Where a window stands.
    pub(super) fn stand(&self, range: Range, source: &Source) -> Result<Stand> {
        let mut file = self.file(range);
        let Some(text) = file.load()?.place else {
            return Ok(Stand::NotBegun);
        };
        let place: Place = serde_json::from_str(&text).map_err(|_| unreadable(file.path()))?;
        if place.is_finished() {
            return Ok(Stand::Finished);
        }
        let standing = place.standing(source, true, range.to);
        Ok(standing.reached.map_or(Stand::NotBegun, Stand::At))
    }
}

fn file(folder: &Path, range: Range, identity: &str) -> PlaceFile {
    PlaceFile::new(folder, &format!("{} {}", range.from, range.to), identity)
}

fn kept(file: &mut PlaceFile) -> Result<Option<Kept>> {
    let kept = file.load()?;
    if kept.lost {
        // Other windows than the first ones could leave out what lies between.
        return Err(Error::Store(format!(
            "{}: the plan of this range is damaged: put a backup of it back, or remove it and the \
             folder beside it to walk the whole range again",
            file.path().display()
        )));
    }
    let Some(text) = kept.place else {
        return Ok(None);
    };
    let kept = serde_json::from_str(&text).map_err(|_| unreadable(file.path()))?;
    Ok(Some(kept))
}

fn unreadable(path: &Path) -> Error {
    Error::Store(format!(
        "{} is whole but not what this version writes: walk this range with the version that began \
         it, or remove the file to begin again",
        path.display()
    ))
}
