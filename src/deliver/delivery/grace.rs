//! Receipts of an Agent whose requests can overtake each other: they wait until nothing that they
//! passed can still be on its way.

use std::collections::VecDeque;
use std::time::Duration;

use super::Delivery;
use crate::deliver::habits::Overtaking;
use crate::deliver::registry::{Entry, Reading};
use crate::deliver::site::Site;

/// A receipt is believed although requests go on failing, when in so many times the longest wait of
/// one the intake has taken others: they are hardly still the same. In an outage there is no hurry.
const TIMES_ENOUGH: u32 = 5;

/// The counters and the registry are looked at once a second, and the Agent writes as often.
const LATE: Duration = Duration::from_secs(2);

/// Receipts that are not believed yet, and since when no request has failed.
#[derive(Debug, Default)]
pub(super) struct Grace {
    file: String,
    held: VecDeque<Held>,
    believed: Option<Entry>,
    /// How many requests had failed when last nothing could be in retry any more.
    quiet_at: u64,
    taking: Taking,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    seen: Duration,
    /// How often the intake had been seen to take something by then.
    times: u32,
    entry: Entry,
}

/// Spans, each as long as a request waits at most, in which the intake took something.
#[derive(Debug, Default)]
struct Taking {
    times: u32,
    since: Duration,
    moved: Option<String>,
    entry: Option<Entry>,
    took: bool,
}

impl Taking {
    /// Notes whether the registry has moved, for whichever file.
    fn note(&mut self, reading: &Reading, span: Duration, now: Duration) {
        if (&self.moved, self.entry) != (&reading.others, reading.entry) {
            self.took = true;
            self.moved.clone_from(&reading.others);
            self.entry = reading.entry;
        }
        if now >= self.since + span {
            self.times += u32::from(std::mem::take(&mut self.took));
            self.since = now;
        }
    }
}

impl Grace {
    /// The newest receipt that can be believed; `errors` is how many requests have failed, and when
    /// one did last.
    fn believed(
        &mut self,
        reading: &Reading,
        overtaking: Overtaking,
        errors: Option<(u64, Duration)>,
        now: Duration,
    ) -> Option<Entry> {
        let longest = overtaking.longest_wait + overtaking.request + LATE;
        self.taking.note(reading, longest, now);
        let times = self.taking.times;
        let newest = self.held.back().map(|held| held.entry).or(self.believed);
        if let Some(entry) = reading.entry.filter(|entry| newest != Some(*entry)) {
            self.held.push_back(Held {
                seen: now,
                times,
                entry,
            });
        }
        let is_quiet = self.is_quiet(overtaking, errors, now);
        while let Some(held) = self.held.front().copied() {
            let settled = is_quiet && now >= held.seen + overtaking.request + LATE;
            // The span in which it was seen had begun before.
            if !settled && times <= held.times + TIMES_ENOUGH {
                break;
            }
            self.believed = Some(held.entry);
            self.held.pop_front();
        }
        self.believed
    }

    /// Whether a receipt has come that cannot be believed yet.
    pub(super) fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// Whether every request that failed was made again since, and did not fail.
    fn is_quiet(
        &mut self,
        overtaking: Overtaking,
        errors: Option<(u64, Duration)>,
        now: Duration,
    ) -> bool {
        let Some((errors, last)) = errors else {
            return true;
        };
        let attempts = errors.saturating_sub(self.quiet_at);
        let quiet = attempts == 0 || now >= last + overtaking.until_tried_again(attempts) + LATE;
        if quiet {
            self.quiet_at = errors;
        }
        quiet
    }
}

impl<S: Site> Delivery<S> {
    /// What of an entry can be believed: all of it where requests are made one by one.
    pub(super) fn believed(&self, file: &str, reading: &Reading) -> Option<Entry> {
        let Some(overtaking) = self.terms.habits.overtaking else {
            return reading.entry;
        };
        let now = self.tick();
        let mut watch = self.watch.lock();
        let errors = watch.errors;
        if watch.grace.file != file || self.ledger.is_confirmed() {
            // Where nothing is waited for, there is nothing to believe wrongly.
            watch.grace.held.clear();
            watch.grace.believed = reading.entry.filter(|_| self.ledger.is_confirmed());
            file.clone_into(&mut watch.grace.file);
        }
        let known = watch.grace.held.len();
        let believed = watch.grace.believed(reading, overtaking, errors, now);
        if watch.grace.held.len() > known {
            watch.progress = Some(now);
        }
        believed
    }
}
