//! The way of one stream's logs: the intake, and the file for what it will never take.

use std::path::{Path, PathBuf};

use crate::config::{Config, Store};
use crate::deliver::datadog::{DeadLetters, Intake, Options};
use crate::error::Result;
use crate::keep::PlaceFile;

/// The way of one stream's logs; kept for as long as the stream lives.
#[derive(Debug)]
pub struct Route {
    pub(super) intake: Intake,
    pub(super) dead_letters: DeadLetters,
}

impl Route {
    /// As configured; nothing is opened yet. Dead letters are kept below `folder` where neither the
    /// destination nor the store says where.
    pub fn new(options: &Options, config: &Config, folder: Option<&Path>) -> Result<Self> {
        let folder = match &config.store {
            Store::File(store) => Some(store.as_path()),
            Store::Agent => folder,
        };
        let path = options.dead_letter.clone().or_else(|| {
            let place = PlaceFile::new(folder?, &config.label(), &config.identity());
            let name = place.path().with_extension("jsonl");
            Some(folder?.join("dead-letter").join(name.file_name()?))
        });
        Ok(Self {
            intake: Intake::new(options)?,
            dead_letters: DeadLetters::new(path, config.label()),
        })
    }

    /// The intake.
    #[must_use]
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// Where dead letters are kept.
    #[must_use]
    pub fn dead_letters(&self) -> Option<PathBuf> {
        self.dead_letters.path().map(Path::to_path_buf)
    }
}
