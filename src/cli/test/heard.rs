//! Who listens to what a stream asks and is answered.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::error::{Error, Result};
use crate::pages::Between;
use crate::source::{Call, Reply};
use crate::time::Time;

/// One request and what came of it.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    pub(super) call: Call,
    pub(super) came: std::result::Result<Reply, Error>,
    /// When it came, by our clock.
    pub(super) at: Time,
    /// How long it took, with everything that was tried again on the way.
    pub(super) took: Duration,
}

impl Heard {
    /// The reply, where it is one to read.
    pub(super) fn good(&self) -> Option<&Reply> {
        let reply = self.came.as_ref().ok()?;
        (200..300).contains(&reply.status).then_some(reply)
    }
}

/// Passes every question on, and remembers what came.
#[derive(Debug, Default)]
pub(super) struct Listener {
    heard: Mutex<Vec<Heard>>,
}

impl Listener {
    /// What was heard since this was last asked.
    pub(super) fn take(&self) -> Vec<Heard> {
        std::mem::take(&mut *self.heard.lock())
    }
}

impl Between for Listener {
    fn call(&self, call: &Call, ask: &dyn Fn() -> Result<Reply>) -> Result<Reply> {
        let begin = Instant::now();
        let came = ask();
        self.heard.lock().push(Heard {
            call: call.clone(),
            came: came.clone(),
            at: Time::now(),
            took: begin.elapsed(),
        });
        came
    }
}
