//! The windows of a range, and where each of them stands.

use std::path::PathBuf;
use std::time::Duration;

use super::home::{file, unreadable};
use crate::error::Result;
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
    /// Where the window of a place stands, which has none before its first page.
    pub(super) fn of(place: Option<&Place>, range: Range, source: &Source) -> Self {
        let Some(place) = place else {
            return Self::NotBegun;
        };
        if place.is_finished() {
            return Self::Finished;
        }
        let standing = place.standing(source, true, range.to);
        standing.reached.map_or(Self::NotBegun, Self::At)
    }

    /// How much of the window is delivered.
    pub(super) fn done(self, range: Range) -> Duration {
        match self {
            Self::NotBegun => Duration::ZERO,
            Self::At(reached) => range.before(reached),
            Self::Finished => range.span(),
        }
    }
}

/// Windows that meet, and where their resume points are.
#[derive(Debug)]
pub(super) struct Windows {
    pub(super) ranges: Vec<Range>,
    folder: PathBuf,
    identity: String,
}

impl Windows {
    pub(super) fn new(ranges: Vec<Range>, folder: PathBuf, identity: String) -> Self {
        Self {
            ranges,
            folder,
            identity,
        }
    }

    /// The range that they make up.
    pub(super) fn whole(&self) -> Option<Range> {
        let (first, last) = (self.ranges.first()?, self.ranges.last()?);
        Some(Range {
            from: first.from,
            to: last.to,
        })
    }

    /// The resume point of a window.
    pub(super) fn file(&self, range: Range) -> PlaceFile {
        file(&self.folder, range, &self.identity)
    }

    /// The place of a window; none before it is begun.
    pub(super) fn place(&self, range: Range) -> Result<Option<Place>> {
        let mut file = self.file(range);
        let Some(text) = file.load()?.place else {
            return Ok(None);
        };
        let place = serde_json::from_str(&text).map_err(|_| unreadable(file.path()))?;
        Ok(Some(place))
    }

    /// Where a window stands.
    pub(super) fn stand(&self, range: Range, source: &Source) -> Result<Stand> {
        Ok(Stand::of(self.place(range)?.as_ref(), range, source))
    }
}
