//! When something last moved, for voyages that have a limit in common.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

/// When something last moved in any of the voyages that share this.
#[derive(Debug, Clone, Default)]
pub struct Headway(Arc<Mutex<Duration>>);

impl Headway {
    /// Something moved.
    pub fn made(&self, tick: Duration) {
        let mut last = self.0.lock();
        *last = tick.max(*last);
    }

    /// When that was, by the clock that counts from the process's begin.
    #[must_use]
    pub fn last(&self) -> Duration {
        *self.0.lock()
    }
}
