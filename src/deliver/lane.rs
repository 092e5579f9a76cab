//! One writer a file: runs that overlap after a reload wait for each other.

use std::collections::BTreeSet;
use std::time::Duration;

use parking_lot::Mutex;

use super::site::Site;
use crate::error::{Error, Result};

static TAKEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// The sole right to have lines written into a file, in this process.
#[derive(Debug)]
pub struct Lane(String);

impl Lane {
    /// Takes the right, waiting for whoever has it until the run is over.
    pub fn take(file: &str, site: &impl Site, until: Option<Duration>) -> Result<Self> {
        while !TAKEN.lock().insert(file.to_owned()) {
            if until.is_some_and(|until| site.now().tick >= until) {
                return Err(Error::Unavailable(format!(
                    "another run of this check still sends into {file}: nothing was read, the next \
                     run goes on"
                )));
            }
            site.pause(BETWEEN_TRIES)?;
        }
        Ok(Self(file.to_owned()))
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        TAKEN.lock().remove(&self.0);
    }
}
