//! What was delivered and is not kept yet: remembered, so that a disk that takes nothing for a while
//! makes nothing come twice.

use std::time::Duration;

use super::account::Pages;
use crate::deliver::datadog::{DeadLetters, Landed};
use crate::error::{Error, Result};
use crate::time::Time;

/// How long a disk is left alone that took nothing.
const PAUSE: Duration = Duration::from_secs(5);

/// What was delivered and is not kept yet.
pub(super) struct Unkept {
    pub(super) landed: Landed<Pages>,
    letters_kept: bool,
    /// Why it could not be kept, and when that is tried again.
    put_off: Option<(Error, Duration)>,
}

impl Unkept {
    pub(super) fn new(landed: Landed<Pages>) -> Self {
        Self {
            landed,
            letters_kept: false,
            put_off: None,
        }
    }

    /// Why it waits, if it does.
    pub(super) fn waits_at(&self, tick: Duration) -> Option<Error> {
        let put_off = self.put_off.as_ref().filter(|(_, again)| tick < *again);
        put_off.map(|(why, _)| why.clone())
    }

    pub(super) fn put_off(&mut self, why: Error, tick: Duration) {
        self.put_off = Some((why, tick.saturating_add(PAUSE)));
    }

    /// What was refused for good is kept elsewhere first, and once: then the place may move.
    pub(super) fn keep(
        &mut self,
        letters: &DeadLetters,
        now: Time,
        keep: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        if !self.letters_kept {
            letters.keep(&self.landed.buried, now)?;
            self.letters_kept = true;
        }
        keep(&self.landed.stamp.place)
    }
}
