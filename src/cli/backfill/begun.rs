//! The ranges of a stream that were ever begun, as its store has them.

use std::time::Duration;

use super::home::{Home, unreadable};
use super::windows::Stand;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::keep::PlaceFile;
use crate::time::Time;
use crate::walk::Range;

/// A range that was begun.
#[derive(Debug, Clone)]
pub(crate) struct Begun {
    pub(crate) range: Range,
    /// How much of it is delivered.
    pub(crate) done: Duration,
    pub(crate) windows: usize,
    pub(crate) finished: usize,
    /// When a page of it was delivered last.
    pub(crate) last_success: Option<Time>,
    /// Whether a process walks it at this moment.
    pub(crate) is_walked: bool,
}

impl Begun {
    /// Those of a stream, the oldest first, and why others cannot be read.
    pub(crate) fn all(config: &Config) -> (Vec<Self>, Vec<Error>) {
        let (mut all, mut unread) = (Vec::new(), Vec::new());
        let Some(home) = Home::of(config) else {
            return (all, unread);
        };
        let plans = home.plans().unwrap_or_else(|error| {
            unread.push(error);
            Vec::new()
        });
        for mut plan in plans {
            match Self::read(config, &home, &mut plan) {
                Ok(begun) => all.extend(begun),
                Err(error) => unread.push(error),
            }
        }
        all.sort_by_key(|begun| begun.range);
        (all, unread)
    }

    /// Whether all of it is delivered.
    pub(crate) fn is_finished(&self) -> bool {
        self.finished == self.windows
    }

    fn read(config: &Config, home: &Home, plan: &mut PlaceFile) -> Result<Option<Self>> {
        let Some(windows) = home.kept(plan)? else {
            return Ok(None);
        };
        let Some(range) = windows.whole() else {
            return Err(unreadable(plan.path()));
        };
        let mut begun = Self {
            range,
            done: Duration::ZERO,
            windows: windows.ranges.len(),
            finished: 0,
            last_success: None,
            is_walked: plan.is_held()?,
        };
        for range in &windows.ranges {
            let place = windows.place(*range)?;
            let stand = Stand::of(place.as_ref(), *range, &config.source);
            begun.done += stand.done(*range);
            begun.finished += usize::from(stand == Stand::Finished);
            let read = place.and_then(|place| place.last_read());
            begun.last_success = begun.last_success.max(read);
        }
        Ok(Some(begun))
    }
}
