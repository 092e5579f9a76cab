//! The vendor's clock: the real one, or one that stands still and is moved by hand.

use std::time::Duration;

use parking_lot::Mutex;

use crate::time::Time;

/// What time it is at the vendor.
#[derive(Debug)]
pub struct Clock(Mutex<Hands>);

#[derive(Debug, Clone, Copy)]
enum Hands {
    /// The wall clock, moved by so many milliseconds.
    Running(i64),
    Standing(Time),
}

impl Clock {
    /// Standing at a moment, or the wall clock without one.
    pub(crate) fn new(standing: Option<Time>) -> Self {
        Self(Mutex::new(match standing {
            Some(time) => Hands::Standing(time),
            None => Hands::Running(0),
        }))
    }

    /// The vendor's now.
    #[must_use]
    pub fn now(&self) -> Time {
        match *self.0.lock() {
            Hands::Running(moved) => Time(Time::now().0.saturating_add(moved)),
            Hands::Standing(time) => time,
        }
    }

    /// Moves the clock into the future; a standing clock keeps standing there.
    pub fn advance(&self, span: Duration) {
        let mut hands = self.0.lock();
        *hands = match *hands {
            Hands::Running(moved) => Hands::Running(Time(moved).after(span).0),
            Hands::Standing(time) => Hands::Standing(time.after(span)),
        };
    }

    /// Stops the clock at a moment.
    pub fn stand_at(&self, time: Time) {
        *self.0.lock() = Hands::Standing(time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_clock_moves_only_by_hand() {
        let clock = Clock::new(Some(Time(1_000)));
        clock.advance(Duration::from_secs(2));
        assert_eq!(clock.now(), Time(3_000));
        clock.stand_at(Time(5));
        assert_eq!(clock.now(), Time(5));
    }

    #[test]
    fn the_real_clock_can_be_put_forward() {
        let clock = Clock::new(None);
        clock.advance(Duration::from_hours(1));
        let ahead = clock.now().since(Time::now());
        assert!(ahead > Duration::from_secs(3_590), "{ahead:?}");
    }
}
