//! Resume points, kept so that a crash costs nothing.
//!
//! What is kept is text: the walk's place as JSON, which [`seal`] puts under a version, a sequence
//! number and a checksum. [`TwoSlots`] keeps it where writes are neither atomic nor reported (the
//! Agent's cache); [`PlaceFile`] keeps it in a file of its own. Both refuse a writer that another
//! one has overtaken.

mod agent_cache;
mod disk;
mod file;
mod health;
mod layout;
pub mod live;
mod sealed;
mod slots;

use serde::de::IgnoredAny;

use crate::error::{Error, Result};

pub use agent_cache::{AgentCache, slot_file, slot_key, sync};
pub use disk::{files, proven};
pub use file::PlaceFile;
pub use health::{Health, HealthFile};
pub use sealed::{Opened, VERSION, open, seal};
pub use slots::{Slots, TwoSlots};

/// The place that says that there is none: written by a reset, so that a writer still under way
/// finds itself overtaken and the next run begins at `start`.
pub const NO_PLACE: &str = "null";

/// Where a stream's resume point lives.
pub trait Keep {
    /// What was kept last and is whole.
    fn load(&mut self) -> Result<Kept>;

    /// Keeps a place under the number after the one that was loaded or saved last.
    fn save(&mut self, sequence: u64, place: &str) -> Result<()>;
}

/// What was found where a resume point is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// The place's number; 0 where nothing whole was found.
    pub sequence: u64,
    /// The walk's place, as JSON; none means that the walk begins at `start`.
    pub place: Option<String>,
    /// A place had been kept, and nothing of it is whole any more.
    pub lost: bool,
    /// What the user should know about it, in words.
    pub said: Vec<String>,
}

impl Kept {
    fn whole(sequence: u64, place: String, said: Vec<String>) -> Self {
        Self {
            sequence,
            place: (place != NO_PLACE).then_some(place),
            lost: false,
            said,
        }
    }

    fn lost(what: String) -> Self {
        Self {
            lost: true,
            said: vec![what],
            ..Self::default()
        }
    }
}

fn newer_version(whose: &str, version: u64, removal: &str) -> Error {
    Error::Store(format!(
        "{whose} was written by a newer logwalk (format {version}, this one knows {VERSION}): \
         install that version again, or {removal} to begin at `start`"
    ))
}

fn superseded(whose: &str, found: u64, ours: u64) -> Error {
    Error::Superseded(format!(
        "superseded: {whose} already holds number {found} and number {ours} was to be written, so \
         another writer walks this stream; this run stops and the next goes on from there; if it \
         happens again, look for a second instance, process or Agent with the same source and give \
         one of them its own `stream`"
    ))
}

fn checked(whose: &str, sequence: u64, place: &str) -> Result<String> {
    // A place that could not be read again must never replace one that can.
    match serde_json::from_str::<IgnoredAny>(place) {
        Ok(_) => Ok(seal(sequence, place)),
        Err(error) => Err(Error::Store(format!(
            "{whose} was not written: the new place is not valid JSON ({error})"
        ))),
    }
}
