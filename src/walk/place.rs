//! Where a stream stands: all that the next run, or the next process, has to know.

use serde::{Deserialize, Serialize};

use super::seen::Seen;
use crate::time::Time;

/// A resume point: written down after each delivered page, read back by whoever goes on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Where the very first run began; none is the oldest record the API keeps.
    pub start: Option<Time>,
    /// Where the range ends that is walked, itself not in it; none is a log without an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Time>,
    /// Everything before this moment was delivered, but for what became visible late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Time>,
    /// The time of the newest record delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<Time>,
    /// The moment the last walk that came to its end began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Time>,
    /// When this resume point last moved.
    pub moved: Time,
    /// The walk under way, if one was left in the middle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walk: Option<UnderWay>,
    /// A cursor that is still good at the end of the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resting: Option<Resting>,
    /// No request before this moment: the API said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Time>,
    /// The page size, where it had to be turned down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_size: Option<u32>,
    /// The records delivered lately.
    #[serde(default, skip_serializing_if = "Seen::is_empty")]
    pub seen: Seen,
}

/// A walk under way: its window, frozen when it began, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnderWay {
    /// When it began.
    pub began: Time,
    /// Its lower bound, as every request of it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// Its upper bound, as every request of it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// Another window follows this one at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more_windows: bool,
    /// Where the next page is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The page size a counted cursor counts in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_in: Option<u32>,
    /// The newest time on the first page: where the next walk ends that goes newest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top: Option<Time>,
    /// Whether its first page was read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub first_page_read: bool,
    /// The newest time on its whole pages: oldest first, it has come so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<Time>,
    /// Cursors used lately, as hashes, so that no circle is walked twice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub used: Vec<u64>,
    /// Records of the page at the cursor that were delivered already (content identities only).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<u64>,
}

/// A cursor kept at the end of the log, to poll with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resting {
    /// The cursor.
    pub cursor: String,
    /// The lower bound of the walk it came from, for sources that send both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
}

impl Place {
    /// Where a stream stands before its first page.
    #[must_use]
    pub fn first(start: Option<Time>, now: Time) -> Self {
        Self {
            start,
            end: None,
            bound: None,
            newest: None,
            checked: None,
            moved: now,
            walk: None,
            resting: None,
            not_before: None,
            page_size: None,
            seen: Seen::default(),
        }
    }

    /// Before the first page of a walk over a range: `start` belongs to it, `end` does not.
    #[must_use]
    pub fn range(start: Time, end: Time, now: Time) -> Self {
        Self {
            end: Some(end),
            ..Self::first(Some(start), now)
        }
    }

    /// Whether the range that it is for was walked to its end.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.end.is_some() && self.is_at_the_end()
    }

    /// When it was read last, as far as it shows: a place moves with each page that is delivered, and
    /// by a person's hand, but then nothing is delivered behind it.
    #[must_use]
    pub fn last_read(&self) -> Option<Time> {
        self.checked.max(self.newest.map(|_| self.moved))
    }

    /// Up to where everything was delivered or was never there.
    #[must_use]
    pub fn reached(&self) -> Option<Time> {
        self.bound.max(self.checked).max(self.newest).or(self.start)
    }
}
