//! How fast it goes and how long it will take: sums without I/O.

use std::time::Duration;

/// Before so much of the whole is done nobody can say how long the rest takes.
const LEAST_SHARE: f64 = 0.005;

/// A walk over a range, from when it began or went on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    whole: Duration,
    before: Duration,
}

/// How it stands at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct View {
    /// How much of the range is delivered, earlier calls included.
    pub(super) done: Duration,
    pub(super) whole: Duration,
    pub(super) records: u64,
    pub(super) records_per_second: f64,
    /// How long it will take, where that can be said.
    pub(super) left: Option<Duration>,
}

impl Progress {
    /// Of a range of this length, of which `before` was done already.
    pub(super) fn new(whole: Duration, before: Duration) -> Self {
        Self { whole, before }
    }

    /// After so long; `records` and what is beyond `before` came in that time.
    pub(super) fn at(self, lasted: Duration, done: Duration, records: u64) -> View {
        let seconds = lasted.as_secs_f64();
        let fresh = done.saturating_sub(self.before);
        let rest = self.whole.saturating_sub(done);
        let share = fresh.as_secs_f64() / self.whole.as_secs_f64().max(f64::MIN_POSITIVE);
        let left =
            (share >= LEAST_SHARE).then(|| seconds * rest.as_secs_f64() / fresh.as_secs_f64());
        #[allow(clippy::cast_precision_loss)] // a rate for people
        let records_per_second = if seconds > 0.0 {
            records as f64 / seconds
        } else {
            0.0
        };
        View {
            done,
            whole: self.whole,
            records,
            records_per_second,
            left: left.and_then(|left| Duration::try_from_secs_f64(left).ok()),
        }
    }
}

impl View {
    /// The share that is done, from 0 to 1.
    pub(super) fn share(&self) -> f64 {
        if self.whole.is_zero() {
            return 1.0;
        }
        (self.done.as_secs_f64() / self.whole.as_secs_f64()).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    #[test]
    fn what_is_left_takes_as_long_as_what_was_done_took() {
        let view = Progress::new(10 * HOUR, Duration::ZERO).at(HOUR / 60, 2 * HOUR, 6_000);
        assert_eq!(view.left, Some(Duration::from_mins(4)));
        assert!((view.records_per_second - 100.0).abs() < 1e-9);
        assert!((view.share() - 0.2).abs() < 1e-9);
    }

    #[test]
    fn what_an_earlier_call_did_is_done_and_says_nothing_of_the_speed() {
        let view = Progress::new(10 * HOUR, 8 * HOUR).at(HOUR / 60, 9 * HOUR, 10);
        assert_eq!(view.left, Some(Duration::from_mins(1)));
        assert!((view.share() - 0.9).abs() < 1e-9);
    }

    #[test]
    fn at_the_beginning_and_without_time_nothing_is_promised() {
        let progress = Progress::new(10 * HOUR, HOUR);
        assert_eq!(progress.at(Duration::ZERO, HOUR, 0).left, None);
        assert_eq!(progress.at(HOUR, HOUR, 0).left, None);
        assert_eq!(
            progress
                .at(Duration::ZERO, HOUR, 9)
                .records_per_second
                .to_bits(),
            0
        );
        let nothing = Progress::new(Duration::ZERO, Duration::ZERO).at(HOUR, Duration::ZERO, 0);
        assert_eq!(
            (nothing.left, nothing.share().to_bits()),
            (None, 1_f64.to_bits())
        );
    }

    #[test]
    fn at_the_end_nothing_is_left() {
        let view = Progress::new(10 * HOUR, Duration::ZERO).at(HOUR, 10 * HOUR, 1);
        assert_eq!(view.left, Some(Duration::ZERO));
    }
}
