//! Reads receipts, and judges those that never come.

use std::time::Duration;

use super::Delivery;
use super::past::scene;
use super::waiting::BETWEEN_RECEIPTS;
use crate::deliver::site::Site;
use crate::deliver::words;
use crate::error::Result;

/// While other logs arrive or no request fails, a receipt that has not come by then does not come any more.
const PASSED_BY: Duration = Duration::from_mins(5);

/// Where nothing else arrives either it may be an outage, and passing by would lose what is waiting.
const GIVEN_UP: Duration = Duration::from_hours(24);

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
            if advanced && self.ledger.is_confirmed() {
                watch.refusals.end();
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
}
