//! Time, chance and the wish to stop: what a call needs from outside, passed in so that rules can be tested without waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use once_cell::sync::Lazy;
use parking_lot::{Condvar, Mutex};

use crate::error::{Error, Result};
use crate::time::Time;

/// What a call needs from outside.
pub trait Surroundings {
    /// The wall clock.
    fn now(&self) -> Time;
    /// A clock that never steps, counted from a moment that is the same in the whole process.
    fn tick(&self) -> Duration;
    /// Waits, or returns [`Error::Cancelled`] as soon as the run is cancelled.
    fn pause(&self, span: Duration) -> Result<()>;
    /// A number from 0 up to 1, without 1.
    fn random(&self) -> f64;
    /// Whether the run is cancelled.
    fn cancelled(&self) -> bool;
}

/// The moment at which a run is over, by the clock that never steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(Option<Duration>);

impl Deadline {
    /// A run without an end.
    pub const NEVER: Self = Self(None);

    /// So long from now.
    #[must_use]
    pub fn within(span: Duration, around: &dyn Surroundings) -> Self {
        Self(Some(around.tick().saturating_add(span)))
    }

    /// Whether a tick is after it.
    #[must_use]
    pub fn is_before(self, tick: Duration) -> bool {
        self.0.is_some_and(|end| tick > end)
    }

    /// What is left until then; none is for ever.
    #[must_use]
    pub fn left(self, around: &dyn Surroundings) -> Option<Duration> {
        self.0.map(|end| end.saturating_sub(around.tick()))
    }
}

/// The wish to stop: raised once by anybody, seen by everybody, and it cuts every wait short.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<Raised>);

#[derive(Debug, Default)]
struct Raised {
    flag: Mutex<bool>,
    changed: Condvar,
}

impl Cancel {
    /// Asks to stop; never blocks for long, may be called from any thread, any number of times.
    pub fn raise(&self) {
        *self.0.flag.lock() = true;
        self.0.changed.notify_all();
    }

    /// Whether somebody has asked to stop.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        *self.0.flag.lock()
    }

    /// Waits so long, or until somebody asks to stop; says whether somebody has.
    #[must_use]
    pub fn wait(&self, span: Duration) -> bool {
        let begin = Instant::now();
        let mut raised = self.0.flag.lock();
        while !*raised {
            let left = span.saturating_sub(begin.elapsed());
            if left.is_zero() {
                break;
            }
            // A wait of ages would overflow the clock; nobody minds waking up once a day.
            self.0
                .changed
                .wait_for(&mut raised, left.min(Duration::from_hours(24)));
        }
        *raised
    }
}

static BEGIN: Lazy<Instant> = Lazy::new(Instant::now);

/// Signs of life of a thread, for whoever watches over it.
#[derive(Debug, Clone, Default)]
pub struct Pulse(Arc<AtomicU64>);

impl Pulse {
    /// A sign of life; the next one is to be expected by this tick.
    pub fn beat(&self, next: Duration) {
        let millis = u64::try_from(next.as_millis()).unwrap_or(u64::MAX);
        self.0.store(millis, Ordering::Relaxed);
    }

    /// For how long a sign of life has been missed.
    #[must_use]
    pub fn missed_for(&self, tick: Duration) -> Duration {
        tick.saturating_sub(Duration::from_millis(self.0.load(Ordering::Relaxed)))
    }
}

/// The real clocks, and a cancel flag.
#[derive(Debug, Clone, Default)]
pub struct Reality {
    /// What cuts waits short.
    pub cancel: Cancel,
    /// Beats whenever something is asked of this value by whoever can be cancelled.
    pub pulse: Pulse,
}

impl Surroundings for Reality {
    fn now(&self) -> Time {
        Time::now()
    }

    fn tick(&self) -> Duration {
        BEGIN.elapsed()
    }

    fn pause(&self, span: Duration) -> Result<()> {
        self.pulse.beat(self.tick().saturating_add(span));
        if self.cancel.wait(span) {
            return Err(Error::Cancelled);
        }
        Ok(())
    }

    fn random(&self) -> f64 {
        use std::hash::{BuildHasher, RandomState};
        // The standard library's one source of chance; jitter needs no better.
        let bits = RandomState::new().hash_one(BEGIN.elapsed());
        f64::from(u32::try_from(bits >> 32).unwrap_or(0)) / 4_294_967_296.0
    }

    fn cancelled(&self) -> bool {
        self.pulse.beat(self.tick());
        self.cancel.is_raised()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_raised_cancel_cuts_a_wait_short() {
        let reality = Reality::default();
        let cancel = reality.cancel.clone();
        let begin = Instant::now();
        let waiting = std::thread::spawn(move || reality.pause(Duration::MAX));
        std::thread::sleep(Duration::from_millis(20));
        cancel.raise();
        assert_eq!(waiting.join().ok(), Some(Err(Error::Cancelled)));
        assert!(begin.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_wait_that_nobody_cuts_lasts_as_long_as_asked() {
        let begin = Instant::now();
        assert_eq!(Reality::default().pause(Duration::from_millis(30)), Ok(()));
        assert!(begin.elapsed() >= Duration::from_millis(30));
    }

    #[test]
    fn a_sign_of_life_is_missed_only_after_it_was_to_be_expected() {
        let reality = Reality::default();
        let seconds = Duration::from_secs;
        reality.pulse.beat(seconds(7));
        assert_eq!(reality.pulse.missed_for(seconds(5)), Duration::ZERO);
        assert_eq!(reality.pulse.clone().missed_for(seconds(9)), seconds(2));
        let before = reality.tick();
        assert!(!reality.cancelled());
        assert!(reality.pulse.missed_for(before + seconds(1_000)) > seconds(996));
    }

    #[test]
    fn a_deadline_is_over_only_after_its_moment() {
        let fake = fake::Fake::default();
        let deadline = Deadline::within(Duration::from_secs(5), &fake);
        assert!(!deadline.is_before(Duration::from_secs(5)));
        assert!(deadline.is_before(Duration::from_millis(5001)));
        assert!(!Deadline::NEVER.is_before(Duration::MAX));
        fake.pause(Duration::from_secs(2)).unwrap();
        assert_eq!(deadline.left(&fake), Some(Duration::from_secs(3)));
        fake.pause(Duration::from_secs(9)).unwrap();
        assert_eq!(deadline.left(&fake), Some(Duration::ZERO));
        assert_eq!(Deadline::NEVER.left(&fake), None);
    }

    #[test]
    fn chance_stays_below_one_and_varies() {
        let reality = Reality::default();
        let drawn: Vec<f64> = (0..100).map(|_| reality.random()).collect();
        assert!(drawn.iter().all(|n| (0.0..1.0).contains(n)));
        assert!(drawn.iter().any(|n| *n < 0.5) && drawn.iter().any(|n| *n >= 0.5));
    }
}

/// A world without time: a pause passes at once and is remembered.
#[cfg(test)]
pub(crate) mod fake {
    use super::{Duration, Mutex, Result, Surroundings, Time};

    #[derive(Default)]
    pub(crate) struct Fake {
        passed: Mutex<Duration>,
        pub(crate) pauses: Mutex<Vec<Duration>>,
    }

    impl Surroundings for Fake {
        fn now(&self) -> Time {
            Time(1_763_631_000_000).after(*self.passed.lock())
        }

        fn tick(&self) -> Duration {
            *self.passed.lock()
        }

        fn pause(&self, span: Duration) -> Result<()> {
            *self.passed.lock() += span;
            self.pauses.lock().push(span);
            Ok(())
        }

        fn random(&self) -> f64 {
            0.5
        }

        fn cancelled(&self) -> bool {
            false
        }
    }
}
