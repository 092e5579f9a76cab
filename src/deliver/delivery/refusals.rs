//! What the intake refused although the registry acknowledges it: the Agent counts such logs, but for
//! all checks together.

use std::time::Duration;

use super::Delivery;
use crate::deliver::counters::Counters;
use crate::deliver::registry::Entry;
use crate::deliver::site::Site;
use crate::deliver::words;

/// So often is a page tried again; after that one log at a time, so that it is either refused or not.
const PAGES_TRIED: u32 = 3;

/// So often in all, where the intake takes other logs meanwhile: then what is refused is not ours.
const MOST_TRIED: u32 = 8;

/// For so long what is dropped is then taken for other logs, unless nothing at all comes through.
const OTHERS: Duration = Duration::from_hours(1);

/// Counters of an idle stream are read anew before it sends, at most so often.
const BETWEEN_COUNTS: Duration = Duration::from_secs(1);

/// How much may be on its way at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trial {
    /// As much as the file takes.
    Everything,
    /// One page, which the intake may refuse.
    Page,
    /// One log.
    Log,
}

/// What the Agent's counters say, as far as no receipt has explained it.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// Logs that were dropped, of anybody.
    dropped: u64,
    /// How many of ours were on their way when that was counted, and are not acknowledged since.
    on_the_way: u64,
    /// Logs of anybody that the intake has taken since the last receipt.
    taken: u64,
    counted: Option<u64>,
    in_a_row: u32,
    others_until: Option<Duration>,
}

/// What a receipt is worth.
#[derive(Debug, PartialEq, Eq)]
enum Worth {
    Taken,
    /// So many logs were dropped meanwhile.
    Refused(u64),
    /// Other logs are refused again and again: no more can be told.
    Unknown,
}

impl Refusals {
    pub(super) fn trial(&self) -> Trial {
        match self.in_a_row {
            0 => Trial::Everything,
            1..=PAGES_TRIED => Trial::Page,
            _ => Trial::Log,
        }
    }

    /// All that was tried has come through.
    pub(super) fn end(&mut self) {
        self.in_a_row = 0;
        self.forget();
    }

    fn forget(&mut self) {
        (self.dropped, self.on_the_way) = (0, 0);
    }

    fn note(&mut self, dropped: u64, taken: u64, on_the_way: u64) {
        let before = self.counted.replace(taken).unwrap_or(taken);
        self.taken += taken.saturating_sub(before);
        if dropped > 0 {
            self.dropped += dropped;
            self.on_the_way = on_the_way;
        }
    }

    /// What a receipt for so many logs is worth. The counter is ahead of the registry, so whatever was
    /// on its way when it rose may be what was dropped, and nothing that was sent since.
    fn judge(&mut self, acknowledged: u64, now: Duration) -> Worth {
        let some_are_taken = std::mem::take(&mut self.taken) > 0;
        let dropped = self.dropped;
        self.on_the_way = self.on_the_way.saturating_sub(acknowledged);
        if self.on_the_way == 0 {
            self.forget();
        }
        if dropped == 0 || (some_are_taken && self.others_until.is_some_and(|until| now < until)) {
            return Worth::Taken;
        }
        if some_are_taken && acknowledged == 1 && self.in_a_row >= MOST_TRIED {
            self.others_until = Some(now + OTHERS);
            return Worth::Unknown;
        }
        self.in_a_row = self.in_a_row.saturating_add(1);
        Worth::Refused(dropped)
    }
}

impl<S: Site> Delivery<S> {
    /// Whether what the entry would acknowledge was refused by the intake, as far as anybody can tell.
    pub(super) fn is_refused(&mut self, entry: Option<Entry>) -> bool {
        let acknowledged = self.ledger.acknowledged_by(entry);
        let Some(entry) = entry.filter(|_| acknowledged > 0) else {
            return false;
        };
        let now = self.tick();
        let worth = self.watch.lock().refusals.judge(acknowledged as u64, now);
        match worth {
            Worth::Taken => false,
            Worth::Unknown => {
                self.say(words::others_are_refused());
                false
            }
            Worth::Refused(dropped) => {
                let records = self.ledger.refuse(entry);
                self.say(words::refused(records, dropped));
                self.resent += records as u64;
                self.changed = true;
                true
            }
        }
    }

    /// Reads the counters while something is on its way.
    pub(super) fn count_what_was_dropped(&mut self) {
        if self.ledger.is_confirmed() && self.ledger.dropped.is_some() {
            return;
        }
        let now = self.tick();
        let counters = self.site.counters();
        self.count_errors(counters, now);
        if let Some(counters) = counters {
            let before = self.ledger.dropped.replace(counters.dropped);
            let risen = before.map_or(0, |before| counters.dropped.saturating_sub(before));
            let on_the_way = self.ledger.unconfirmed() as u64;
            let mut watch = self.watch.lock();
            watch.refusals.note(risen, counters.taken, on_the_way);
        }
    }

    /// Begins to count anew before anything is sent: what was dropped before was not ours.
    pub(super) fn count_anew(&mut self) {
        let now = self.tick();
        let is_soon = |last| now < last + BETWEEN_COUNTS;
        if !self.ledger.is_confirmed() || self.counted.is_some_and(is_soon) {
            return;
        }
        self.counted = Some(now);
        if let Some(counters) = self.site.counters() {
            self.ledger.dropped = Some(counters.dropped);
            self.watch.lock().refusals.forget();
        }
    }

    /// Notes when requests failed last, as far as anybody can tell.
    fn count_errors(&mut self, counters: Option<Counters>, now: Duration) {
        let mut watch = self.watch.lock();
        watch.errors = counters.map(|counters| match watch.errors {
            Some((errors, last)) if errors == counters.errors => (errors, last),
            _ => (counters.errors, now),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_counter_that_is_ahead_of_the_registry_speaks_of_all_that_was_on_its_way() {
        let mut refusals = Refusals::default();
        refusals.note(29, 0, 76);
        assert_eq!(refusals.judge(71, at(1)), Worth::Refused(29));
        assert_eq!(refusals.judge(5, at(2)), Worth::Refused(29));
        assert_eq!(refusals.judge(10, at(3)), Worth::Taken);
    }

    #[test]
    fn what_was_sent_since_was_not_dropped() {
        let mut refusals = Refusals::default();
        refusals.note(500, 0, 10);
        assert_eq!(refusals.judge(10, at(2)), Worth::Refused(500));
        assert_eq!(refusals.judge(10, at(20)), Worth::Taken);
    }

    #[test]
    fn while_everything_is_refused_it_is_tried_for_ever_log_by_log() {
        let mut refusals = Refusals::default();
        assert_eq!(refusals.trial(), Trial::Everything);
        for attempt in 0..100 {
            refusals.note(1, 7, 1);
            assert_eq!(refusals.judge(1, at(attempt * 10)), Worth::Refused(1));
            let trial = if attempt < 3 { Trial::Page } else { Trial::Log };
            assert_eq!(refusals.trial(), trial);
        }
        assert_eq!(refusals.judge(1, at(2_000)), Worth::Taken);
        refusals.end();
        assert_eq!(refusals.trial(), Trial::Everything);
    }

    #[test]
    fn where_other_logs_are_refused_all_the_time_ours_go_on() {
        let mut refusals = Refusals::default();
        let mut taken = 0;
        let mut judged = |refusals: &mut Refusals, seconds, more| {
            taken += more;
            refusals.note(3, taken, 1);
            refusals.judge(1, at(seconds))
        };
        assert_eq!(judged(&mut refusals, 0, 0), Worth::Refused(3));
        for attempt in 1..8 {
            let seconds = attempt * 10;
            assert!(matches!(
                judged(&mut refusals, seconds, 1),
                Worth::Refused(_)
            ));
        }
        assert_eq!(judged(&mut refusals, 80, 1), Worth::Unknown);
        assert_eq!(judged(&mut refusals, 90, 1), Worth::Taken);
        // When nothing comes through at all, ours do not either.
        assert!(matches!(judged(&mut refusals, 100, 0), Worth::Refused(_)));
    }
}
