//! The windows a range is cut into, each walked by itself.

use std::time::Duration;

use super::Range;
use crate::error::{Error, Result};
use crate::source::{Source, TimeFormat};

/// Windows of one range: enough that connections end together although some hours are busier than
/// others, and few enough that an API without records is asked no more often than that.
const MOST_WINDOWS: u64 = 64;

/// A window is at least so many overlaps long: it reads one more on either side.
const LEAST_OVERLAPS: u32 = 4;

/// A shorter window is not worth a request of its own.
const LEAST_WINDOW: Duration = Duration::from_mins(1);

impl Range {
    /// The windows to walk it in, which meet and leave nothing out; one, where the source cannot be
    /// asked for a part of its log. An error where its records cannot be told apart by time.
    pub fn windows(self, source: &Source) -> Result<Vec<Self>> {
        if source.record.time.is_none() {
            return Err(Error::config(
                "source.record.time",
                format!(
                    "{} does not say where its records have their time, so nobody can tell which \
                     of them are in the range: add `record: {{time: ...}}` to the source, or walk \
                     all of it with `logwalk run --once` and `start: oldest`",
                    source.name
                ),
            ));
        }
        if undivided(source).is_some() {
            return Ok(vec![self]);
        }
        let least = (source.overlap * LEAST_OVERLAPS)
            .max(LEAST_WINDOW)
            .max(step(source) * LEAST_OVERLAPS);
        let least = u64::try_from(least.as_millis()).unwrap_or(u64::MAX);
        let whole = u64::try_from(self.span().as_millis()).unwrap_or(u64::MAX);
        let number = (whole / least).clamp(1, MOST_WINDOWS);
        // In whole seconds, for whoever reads the windows.
        let length = Duration::from_secs((whole / number).div_ceil(1_000));
        let mut windows = Vec::new();
        let mut from = self.from;
        while from < self.to {
            let to = from.after(length).min(self.to);
            windows.push(Self { from, to });
            from = to;
        }
        Ok(windows)
    }
}

/// Why a source's log can be read in one piece only, and from where to where; none where parts of it
/// can be asked for.
#[must_use]
pub fn undivided(source: &Source) -> Option<&'static str> {
    match (
        source.since.is_some(),
        source.until.is_some(),
        source.descending,
    ) {
        (true, true, _) | (true, false, false) | (false, true, true) => None,
        (true, false, true) => Some(
            "the API takes no upper bound and gives its newest records first: everything from now \
             back to --from is read, and what is not in the range is left out",
        ),
        (false, false, true) => Some(
            "the API takes no bounds and gives its newest records first: everything from now back \
             to --from is read, and what is not in the range is left out",
        ),
        (false, _, false) => Some(
            "the API takes no lower bound: everything from its oldest record up to --to is read, \
             and what is not in the range is left out",
        ),
    }
}

/// The step in which a source is asked for times, where it is coarse.
fn step(source: &Source) -> Duration {
    let coarse = |bound: &crate::source::Bound| bound.format == TimeFormat::Date;
    let dates = source.since.iter().chain(&source.until).any(coarse);
    if dates {
        Duration::from_hours(24)
    } else {
        Duration::ZERO
    }
}
