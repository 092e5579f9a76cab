//! Receipts of an Agent whose requests can overtake each other: they wait until nothing that they
//! passed can still be on its way.

use std::collections::VecDeque;
use std::time::Duration;

use super::Delivery;
use crate::deliver::habits::Overtaking;
use crate::deliver::registry::Entry;
use crate::deliver::site::Site;

/// A receipt is believed after this although requests go on failing: they are hardly still the same.
const LONG_ENOUGH: Duration = Duration::from_mins(4);

/// The counters and the registry are looked at once a second, and the Agent writes as often.
const LATE: Duration = Duration::from_secs(2);

/// Receipts that are not believed yet, and since when no request has failed.
#[derive(Debug, Default)]
pub(super) struct Grace {
    file: String,
    held: VecDeque<(Duration, Entry)>,
    believed: Option<Entry>,
    /// How many requests had failed when last nothing could be in retry any more.
    quiet_at: u64,
}

impl Grace {
    /// The newest receipt that can be believed; `errors` is how many requests have failed, and when
    /// one did last.
    fn believed(
        &mut self,
        entry: Option<Entry>,
        overtaking: Overtaking,
        errors: Option<(u64, Duration)>,
        now: Duration,
    ) -> Option<Entry> {
        let newest = self.held.back().map(|(_, entry)| *entry).or(self.believed);
        if let Some(entry) = entry.filter(|entry| newest != Some(*entry)) {
            self.held.push_back((now, entry));
        }
        let is_quiet = self.is_quiet(overtaking, errors, now);
        while let Some((seen, entry)) = self.held.front().copied() {
            let enough = if is_quiet {
                overtaking.request + LATE
            } else {
                LONG_ENOUGH
            };
            if now < seen + enough {
                break;
            }
            self.believed = Some(entry);
            self.held.pop_front();
        }
        self.believed
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
    pub(super) fn believed(&self, file: &str, entry: Option<Entry>) -> Option<Entry> {
        let Some(overtaking) = self.terms.habits.overtaking else {
            return entry;
        };
        let now = self.tick();
        let mut watch = self.watch.lock();
        let errors = watch.errors;
        if watch.grace.file != file || self.ledger.is_confirmed() {
            // Where nothing is waited for, there is nothing to believe wrongly.
            watch.grace.held.clear();
            watch.grace.believed = entry.filter(|_| self.ledger.is_confirmed());
            file.clone_into(&mut watch.grace.file);
        }
        let known = watch.grace.held.len();
        let believed = watch.grace.believed(entry, overtaking, errors, now);
        if watch.grace.held.len() > known {
            watch.progress = Some(now);
        }
        believed
    }
}
