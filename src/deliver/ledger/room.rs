//! How much may be sent next, so that no line is lost where the Agent empties its file.

use super::Ledger;
use crate::deliver::site::Moment;

/// How much may be sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// So many of the lines, the first made longer by so many bytes.
    Lines(usize, u64),
    /// None, until something has happened.
    Wait(Why),
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The next line would empty the file, and something in it is not acknowledged.
    Full,
    /// The Agent has not noticed yet that the file was emptied.
    Unnoticed,
    /// As many records as can be remembered are not acknowledged.
    Many,
    /// The intake refused what was sent last; one page is tried.
    Refused,
    /// The Agent has just started, and its registry does not say where it reads on.
    Entry,
    /// What was sent under an earlier configuration is not acknowledged.
    OldFile,
}

/// Records remembered at once: half of the ids that a place remembers, so that a walk which sends
/// the lost ones again has room for those that survived.
pub(in crate::deliver) const MOST_SENT: usize = 32_768;

/// What a line may be longer than asked by being made longer: a name, quotes and commas.
const PADDING: u64 = 16;

impl Ledger {
    /// How many of the lines, whose lengths these are, may be sent now.
    #[must_use]
    pub fn room(&self, lengths: &[u32], longest: u64, one_page: bool, now: Moment) -> Room {
        let confirmed = self.is_confirmed();
        if one_page && !confirmed {
            return Room::Wait(Why::Refused);
        }
        if self.sent.len() >= MOST_SENT && !confirmed {
            return Room::Wait(Why::Many);
        }
        if self
            .stale
            .is_some_and(|stale| stale.in_flight && !stale.is_noticed(self.habits, now))
        {
            return Room::Wait(Why::Unnoticed);
        }
        // What outgrows the old offset before the registry has forgotten it is never read: not by an
        // Agent that has not noticed, nor by one that begins there after a restart. Where it is too
        // small to live below, the first must do, and a restart is judged by what it left.
        let half = self.habits.cap / 2;
        let above = self
            .stale
            .filter(|stale| stale.offset >= half || !stale.is_noticed(self.habits, now));
        let below = above.map_or(self.habits.cap, |stale| {
            self.habits.cap.min(stale.offset.saturating_sub(1))
        });
        // A tailer of what was in the file before sends a second time what grows beyond it.
        let remnants = self
            .remnants
            .iter()
            .filter(|remnant| now.tick < remnant.until);
        let remnants = remnants.map(|remnant| remnant.offset.saturating_sub(1));
        let below = remnants.min().map_or(below, |remnant| below.min(remnant));
        match fitting(lengths, self.end, below) {
            0 if above.is_some() => Room::Wait(Why::Unnoticed),
            0 if !confirmed => Room::Wait(Why::Full),
            0 => self.room_in_the_next(lengths, longest, below),
            lines => Room::Lines(lines.min(MOST_SENT), 0),
        }
    }

    /// The next line empties the file, in which nothing is unread; where it would still fit, but for
    /// a tailer that must not see it, it is made longer until it does not.
    fn room_in_the_next(&self, lengths: &[u32], longest: u64, below: u64) -> Room {
        let first = lengths.first().map_or(0, |length| u64::from(*length));
        let padding = (self.habits.cap + 1).saturating_sub(self.end + first);
        if padding > 0 && first + padding + PADDING > longest {
            return Room::Wait(Why::Unnoticed);
        }
        let below = below
            .min(self.offset_seen().saturating_sub(1))
            .min(self.end.saturating_sub(1));
        let margin = padding + PADDING * u64::from(padding > 0);
        Room::Lines(fitting(lengths, margin, below).max(1), padding)
    }
}

fn fitting(lengths: &[u32], mut size: u64, most: u64) -> usize {
    let fits = |length: &&u32| {
        size += u64::from(**length);
        size <= most
    };
    lengths.iter().take_while(fits).count()
}
