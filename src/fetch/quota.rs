//! How fast one API may be asked with one credential: shared by every stream that has both.
//!
//! Rules are worked out under the lock, waits are slept outside of it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Weak};
use std::time::Duration;

use once_cell::sync::Lazy;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use super::Deadline;

/// Some vendors lock out whoever fails more than twenty times in ten seconds; some room is left
/// for others behind the same address.
const MOST_FAILURES: usize = 15;

/// The span in which failures are counted.
const FAILURE_SPAN: Duration = Duration::from_secs(10);

type Key = (String, [u8; 32]);

static QUOTAS: Lazy<Mutex<HashMap<Key, Weak<Quota>>>> = Lazy::new(Mutex::default);

/// How fast one API may be asked with one credential.
#[derive(Debug, Default)]
pub(super) struct Quota(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The latest moment given to anybody.
    last: Option<Duration>,
    /// Nobody asks before this moment, and why.
    held: Option<(Duration, String)>,
    failures: VecDeque<Duration>,
}

/// When a request may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Turn {
    Now,
    /// Not before this tick.
    At(Duration, String),
}

/// One request's place in the row.
#[derive(Debug, Default)]
pub(super) struct Place(Option<Duration>);

impl Quota {
    /// The quota for an origin and the secrets sent to it.
    pub(super) fn shared<'s>(
        origin: &str,
        secrets: impl IntoIterator<Item = &'s str>,
    ) -> Arc<Self> {
        let mut secrets: Vec<&str> = secrets.into_iter().collect();
        secrets.sort_unstable();
        let mut hash = Sha256::new();
        for secret in secrets {
            hash.update(secret.len().to_le_bytes());
            hash.update(secret);
        }
        let key = (origin.to_owned(), hash.finalize().into());
        let mut quotas = QUOTAS.lock();
        quotas.retain(|_, quota| quota.strong_count() > 0);
        if let Some(there) = quotas.get(&key).and_then(Weak::upgrade) {
            return there;
        }
        let new = Arc::new(Self::default());
        quotas.insert(key, Arc::downgrade(&new));
        new
    }

    /// Whether it is this request's turn at `tick`. Places are given in the order of asking, so
    /// long as they are not after the deadline: who cannot wait that long takes none.
    pub(super) fn turn(
        &self,
        place: &mut Place,
        tick: Duration,
        interval: Duration,
        deadline: Deadline,
    ) -> Turn {
        let mut state = self.0.lock();
        if let Some((end, why)) = state.obstacle(tick) {
            // Everybody's place is given anew afterwards, or all would ask at that moment.
            place.0 = None;
            return Turn::At(end, why);
        }
        let own = place.0.unwrap_or_else(|| match state.last {
            Some(last) => tick.max(last.saturating_add(interval)),
            None => tick,
        });
        let too_late = deadline.is_before(own);
        if place.0.is_none() && !too_late {
            place.0 = Some(own);
            state.last = Some(own);
        }
        if own <= tick {
            return Turn::Now;
        }
        let why = "`requests_per_second` or the source's `limits` allow the next request later";
        Turn::At(own, why.to_owned())
    }

    /// Nobody asks before `end`; a hold that is there already and lasts longer stays.
    pub(super) fn hold(&self, end: Duration, why: String) {
        let mut state = self.0.lock();
        if state.held.as_ref().is_none_or(|(there, _)| *there < end) {
            state.held = Some((end, why));
        }
    }

    /// A request failed.
    pub(super) fn failed(&self, tick: Duration) {
        let mut state = self.0.lock();
        state.failures.push_back(tick);
        if state.failures.len() > MOST_FAILURES {
            state.failures.pop_front();
        }
    }
}

impl State {
    fn obstacle(&mut self, tick: Duration) -> Option<(Duration, String)> {
        if let Some((end, why)) = &self.held {
            if *end > tick {
                return Some((*end, why.clone()));
            }
            self.held = None;
        }
        let oldest = *self.failures.front()?;
        let calm = oldest.saturating_add(FAILURE_SPAN);
        if self.failures.len() < MOST_FAILURES || calm <= tick {
            return None;
        }
        // Room for one: the next who asks in this span sees the next failure.
        Some((calm, format!("{MOST_FAILURES} requests failed within 10 s")))
    }
}

/// The interval that a rate and a least interval come to.
pub(super) fn interval(rates: [Option<f64>; 2], least: Option<Duration>) -> Duration {
    let slowest = rates
        .into_iter()
        .flatten()
        .filter(|rate| *rate > 0.0)
        .map(|rate| Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::MAX))
        .max();
    slowest.max(least).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::surroundings::fake::Fake;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(1_000 + seconds)
    }

    fn end(turn: &Turn) -> Option<Duration> {
        match turn {
            Turn::Now => None,
            Turn::At(end, _) => Some(*end),
        }
    }

    #[test]
    fn requests_stand_in_a_row_an_interval_apart() {
        let quota = Quota::default();
        let mut places: [Place; 3] = Default::default();
        let ends: Vec<_> = places
            .iter_mut()
            .map(|place| end(&quota.turn(place, at(0), SECOND, Deadline::NEVER)))
            .collect();
        assert_eq!(ends, [None, Some(at(1)), Some(at(2))]);
        assert_eq!(
            quota.turn(&mut places[1], at(1), SECOND, Deadline::NEVER),
            Turn::Now
        );
        assert_eq!(
            quota.turn(&mut places[2], at(2), SECOND, Deadline::NEVER),
            Turn::Now
        );
    }

    #[test]
    fn time_that_went_by_unused_is_not_saved_up() {
        let quota = Quota::default();
        let now =
            |seconds| end(&quota.turn(&mut Place::default(), at(seconds), SECOND, Deadline::NEVER));
        assert_eq!(now(0), None);
        assert_eq!(now(100), None);
        assert_eq!(now(100), Some(at(101)));
    }

    #[test]
    fn who_cannot_wait_takes_no_place() {
        let quota = Quota::default();
        assert_eq!(
            quota.turn(&mut Place::default(), at(0), SECOND * 10, Deadline::NEVER),
            Turn::Now
        );
        let mut hurried = Place::default();
        let deadline = Deadline::within(at(5), &Fake::default());
        let turn = quota.turn(&mut hurried, at(0), SECOND * 10, deadline);
        assert_eq!(end(&turn), Some(at(10)));
        let turn = quota.turn(&mut Place::default(), at(0), SECOND * 10, Deadline::NEVER);
        assert_eq!(end(&turn), Some(at(10)));
    }

    #[test]
    fn a_hold_stops_everybody_and_they_come_back_one_by_one() {
        let quota = Quota::default();
        let mut first = Place::default();
        let mut second = Place::default();
        let _ = quota.turn(&mut Place::default(), at(0), SECOND, Deadline::NEVER);
        let _ = quota.turn(&mut first, at(0), SECOND, Deadline::NEVER);
        let _ = quota.turn(&mut second, at(0), SECOND, Deadline::NEVER);
        quota.hold(at(60), "429".to_owned());
        quota.hold(at(30), "shorter".to_owned());
        assert_eq!(
            quota.turn(&mut first, at(1), SECOND, Deadline::NEVER),
            Turn::At(at(60), "429".to_owned())
        );
        assert_eq!(
            end(&quota.turn(&mut second, at(2), SECOND, Deadline::NEVER)),
            Some(at(60))
        );
        assert_eq!(
            quota.turn(&mut first, at(60), SECOND, Deadline::NEVER),
            Turn::Now
        );
        assert_eq!(
            end(&quota.turn(&mut second, at(60), SECOND, Deadline::NEVER)),
            Some(at(61))
        );
    }

    #[test]
    fn failures_are_never_repeated_fast() {
        let quota = Quota::default();
        let mut asked = 0;
        for millis in 0..30_000 {
            let tick = at(0) + Duration::from_millis(millis);
            if quota.turn(&mut Place::default(), tick, Duration::ZERO, Deadline::NEVER) == Turn::Now
            {
                quota.failed(tick);
                asked += 1;
            }
        }
        assert_eq!(asked, 3 * MOST_FAILURES);
    }

    #[test]
    fn one_origin_and_credential_have_one_quota() {
        let one = Quota::shared("https://a", ["k1", "k2"]);
        assert!(Arc::ptr_eq(&one, &Quota::shared("https://a", ["k2", "k1"])));
        assert!(!Arc::ptr_eq(&one, &Quota::shared("https://a", ["k1"])));
        assert!(!Arc::ptr_eq(&one, &Quota::shared("https://a", ["k1k2"])));
        assert!(!Arc::ptr_eq(
            &one,
            &Quota::shared("https://b", ["k1", "k2"])
        ));
    }

    #[test]
    fn the_slowest_of_all_limits_counts() {
        assert_eq!(interval([None, None], None), Duration::ZERO);
        assert_eq!(
            interval([Some(10.0), Some(4.0)], None),
            Duration::from_millis(250)
        );
        assert_eq!(interval([Some(10.0), None], Some(SECOND)), SECOND);
        assert_eq!(interval([Some(1e-300), None], None), Duration::MAX);
    }
}
