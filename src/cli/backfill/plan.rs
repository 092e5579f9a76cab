//! The windows of a range as they were first cut, held against a second process.

use std::sync::Arc;

use super::home::Home;
use super::windows::{Stand, Windows};
use crate::config::{Config, Store};
use crate::error::{Error, Result};
use crate::keep::{Keep, PlaceFile};
use crate::source::Source;
use crate::time::Time;
use crate::walk::{Place, Range};

/// The windows of a range: cut once, for whoever cut them anew could leave out what lies between.
#[derive(Debug)]
pub(super) struct Plan {
    range: Range,
    windows: Arc<Windows>,
    home: Home,
    file: PlaceFile,
    tail: Option<Time>,
}

impl Plan {
    /// As it is kept, or else as it would be made; nothing is written yet.
    pub(super) fn of(config: &Config, range: Range) -> Result<Self> {
        let (Store::File(store), Some(home)) = (&config.store, Home::of(config)) else {
            return Err(Error::config("store", "a backfill needs a file store"));
        };
        let mut file = home.plan(range);
        let windows = match home.kept(&mut file)? {
            Some(kept) => kept,
            None => home.windows(&file, range.windows(&config.source)?),
        };
        // What is wrong with the live tail's place is for whoever walks it.
        let mut live = PlaceFile::new(store, &config.label(), &config.identity());
        let tail = live.load().ok().and_then(|kept| kept.place);
        let tail = tail.and_then(|text| serde_json::from_str::<Place>(&text).ok());
        Ok(Self {
            range,
            windows: Arc::new(windows),
            home,
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
        match self.home.kept(&mut self.file)? {
            // Perhaps somebody else made it meanwhile.
            Some(kept) => {
                self.windows = Arc::new(kept);
                Ok(())
            }
            None => Home::keep(&mut self.file, &self.windows),
        }
    }

    /// Where each window stands.
    pub(super) fn stands(&self, source: &Source) -> Result<Vec<Stand>> {
        let stand = |range: &Range| self.windows.stand(*range, source);
        self.windows.ranges.iter().map(stand).collect()
    }
}
