//! What a delivery has to see and do in the world.

use std::time::Duration;

use super::counters::Counters;
use super::registry::Reading;
use crate::error::Result;
use crate::time::Time;

/// Both clocks at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The clock that never steps, counted from early in the process.
    pub tick: Duration,
    /// The wall clock, by which the registry counts.
    pub wall: Time,
}

/// What a look at the file found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Its length.
    pub size: u64,
    /// What tells it from another file of the same name.
    pub inode: u64,
}

/// What a delivery has to see and do in the world.
pub trait Site {
    /// The file, as it is now; none where there is none.
    fn look(&self, file: &str) -> Result<Option<Look>>;
    /// Whether the file ends within a line.
    fn is_torn(&self, file: &str) -> Result<bool>;
    /// Puts what is in the file onto the disk.
    fn sync(&self, file: &str) -> Result<()>;
    /// What the registry says of the file; none where it cannot be read.
    fn registry(&self, file: &str) -> Option<Reading>;
    /// The pipeline's counters; none where they cannot be read.
    fn counters(&self) -> Option<Counters>;
    /// Both clocks.
    fn now(&self) -> Moment;
    /// Waits, or returns [`Error::Cancelled`] as soon as the run is cancelled.
    fn pause(&self, span: Duration) -> Result<()>;
    /// Waits a moment although the run is cancelled.
    fn nap(&self, span: Duration);
}
