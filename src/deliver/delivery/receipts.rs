//! Reads receipts, and judges those that mean a refusal and those that never come.

use std::time::Duration;

use super::Delivery;
use super::past::scene;
use super::waiting::BETWEEN_RECEIPTS;
use crate::deliver::counters::Counters;
use crate::deliver::registry::Entry;
use crate::deliver::site::Site;
use crate::deliver::words;
use crate::error::Result;

/// While other logs arrive or no request fails, a receipt that has not come by then does not come any more.
const PASSED_BY: Duration = Duration::from_mins(5);

/// Where nothing else arrives either it may be an outage, and passing by would lose what is waiting.
const GIVEN_UP: Duration = Duration::from_hours(24);

/// So often is a page sent again that the intake may have refused, where the Agent's counter may
/// just as well mean other logs.
const MOST_REFUSALS: u32 = 3;

impl<S: Site> Delivery<S> {
    /// Reads receipts, at most once a second.
    pub(super) fn look_for_receipts(&mut self) -> Result<()> {
        let moment = self.site.now();
        let now = moment.tick;
        if !self.receipts
            || self
                .looked
                .is_some_and(|last| now < last + BETWEEN_RECEIPTS)
        {
            return Ok(());
        }
        self.looked = Some(now);
        let look = self.site.look(&self.terms.file)?;
        let reading = self.read_registry(&self.terms.file);
        self.count_what_was_dropped();
        let entry = reading
            .as_ref()
            .and_then(|reading| self.believed(&self.terms.file, reading));
        if !self.ledger.is_whole(look) {
            let scene = scene(&self.terms, &self.watch, look, entry, moment);
            let lost = self.ledger.lose_the_file(&scene);
            self.watch.lock().stale = self.ledger.stale;
            self.lose(lost);
            return Ok(());
        }
        let Some(reading) = reading else {
            return Ok(());
        };
        if self.is_refused(entry) {
            self.watch.lock().stale = self.ledger.stale;
            self.lost = true;
            return Ok(());
        }
        let advanced = self.ledger.observe(entry, moment);
        let mut watch = self.watch.lock();
        watch.stale = self.ledger.stale;
        if advanced || self.ledger.is_confirmed() {
            self.changed |= advanced;
            watch.progress = Some(now);
            watch.others = reading.others;
            if self.ledger.is_confirmed() {
                watch.refusals = 0;
            }
            return Ok(());
        }
        let idle = now.saturating_sub(watch.progress.unwrap_or(now));
        let others_arrive = reading.others > watch.others;
        // An outage makes requests fail again and again, every other minute at the least.
        let nothing_fails = watch
            .errors
            .is_some_and(|(_, last)| now >= last + PASSED_BY);
        let held_back = watch.grace.is_holding();
        drop(watch);
        let passes = !held_back && (others_arrive || nothing_fails);
        if (idle >= PASSED_BY && passes) || idle >= GIVEN_UP {
            let records = self.ledger.pass_by();
            self.passed += records as u64;
            self.changed = true;
            self.say(words::passed(records, idle));
        }
        Ok(())
    }

    /// Whether what the entry would acknowledge was refused by the intake, as far as anybody can tell.
    pub(super) fn is_refused(&mut self, entry: Option<Entry>) -> bool {
        let acknowledged = self.ledger.acknowledged_by(entry);
        let Some(entry) = entry.filter(|_| acknowledged > 0) else {
            return false;
        };
        let mut watch = self.watch.lock();
        let risen = std::mem::take(&mut watch.risen);
        if risen == 0 {
            return false;
        }
        watch.refusals = watch.refusals.saturating_add(1);
        // Fewer dropped than acknowledged, again and again: they are other logs than ours.
        if watch.refusals > MOST_REFUSALS && risen < acknowledged as u64 {
            return false;
        }
        drop(watch);
        let records = self.ledger.refuse(entry);
        self.say(words::refused(records, risen));
        self.resent += records as u64;
        self.changed = true;
        true
    }

    /// Notes when requests failed last, as far as anybody can tell.
    fn count_errors(&mut self, counters: Option<Counters>, now: Duration) {
        let mut watch = self.watch.lock();
        watch.errors = counters.map(|counters| match watch.errors {
            Some((errors, last)) if errors == counters.errors => (errors, last),
            _ => (counters.errors, now),
        });
    }

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
            self.watch.lock().risen += risen;
        }
    }
}
