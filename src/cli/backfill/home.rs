//! Where a stream's ranges are kept: a plan for each, and beside it a folder with its windows' places.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::windows::Windows;
use crate::config::{Config, Store};
use crate::error::{Error, Result};
use crate::keep::{self, Keep, PlaceFile};
use crate::walk::Range;

/// The folder of one stream.
#[derive(Debug)]
pub(super) struct Home {
    folder: PathBuf,
    identity: String,
}

/// What is written down of a plan.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    windows: Vec<Range>,
}

impl Home {
    /// A stream's; none where the Agent keeps its place, for then nobody walks a range of it.
    pub(super) fn of(config: &Config) -> Option<Self> {
        let Store::File(store) = &config.store else {
            return None;
        };
        let identity = config.identity();
        let live = PlaceFile::new(store, &config.label(), &identity);
        let stem = live.path().file_stem().unwrap_or_default();
        Some(Self {
            folder: store.join("backfill").join(stem),
            identity,
        })
    }

    /// The plan of a range, whether it is there or not.
    pub(super) fn plan(&self, range: Range) -> PlaceFile {
        file(&self.folder, range, &self.identity)
    }

    /// The plans that are there.
    pub(super) fn plans(&self) -> Result<Vec<PlaceFile>> {
        let files = keep::files(&self.folder, "json")?;
        Ok(files.into_iter().map(PlaceFile::at).collect())
    }

    /// The windows of a plan, which are these; none where it is not written yet.
    pub(super) fn kept(&self, plan: &mut PlaceFile) -> Result<Option<Windows>> {
        let kept = plan.load()?;
        if kept.lost {
            // Other windows than the first ones could leave out what lies between.
            return Err(Error::Store(format!(
                "{}: the plan of this range is damaged: put a backup of it back, or remove it and \
                 the folder beside it to walk the whole range again",
                plan.path().display()
            )));
        }
        let Some(text) = kept.place else {
            return Ok(None);
        };
        let kept: Kept = serde_json::from_str(&text).map_err(|_| unreadable(plan.path()))?;
        Ok(Some(self.windows(plan, kept.windows)))
    }

    /// Windows of a plan.
    pub(super) fn windows(&self, plan: &PlaceFile, ranges: Vec<Range>) -> Windows {
        Windows::new(
            ranges,
            plan.path().with_extension(""),
            self.identity.clone(),
        )
    }

    /// Writes a plan down.
    pub(super) fn keep(plan: &mut PlaceFile, windows: &Windows) -> Result<()> {
        let kept = Kept {
            windows: windows.ranges.clone(),
        };
        let text = serde_json::to_string(&kept)
            .map_err(|error| Error::Store(format!("the plan cannot be written: {error}")))?;
        plan.save(1, &text)
    }
}

/// The file of a range, as a whole or as a window.
pub(super) fn file(folder: &Path, range: Range, identity: &str) -> PlaceFile {
    PlaceFile::new(folder, &format!("{} {}", range.from, range.to), identity)
}

pub(super) fn unreadable(path: &Path) -> Error {
    Error::Store(format!(
        "{} is whole but not what this version writes: walk this range with the version that began \
         it, or remove the file to begin again",
        path.display()
    ))
}
