//! When each record of a log happens, and when it can first be seen.

// Numbers of records and nanoseconds are far below the widths they are cut to.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

use std::time::Duration;

use super::{Place, Span};
use crate::sim::chance::Chance;
use crate::sim::stream::Stream;
use crate::time::Time;

/// One record in so many shares its millisecond with the one before it, as real events do.
const TIES: f64 = 0.1;
const NANOS: f64 = 1e9;
const NANOS_A_MILLI: i128 = 1_000_000;

/// How many records a log gets, and how late.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) rate: f64,
    pub(crate) backlog: u64,
    pub(crate) total: Option<u64>,
    pub(crate) late_share: f64,
    pub(crate) late_by: Duration,
}

/// The times of a log's records, by number, never falling.
#[derive(Debug)]
pub(crate) struct Timeline {
    seed: u64,
    salt: u64,
    origin: i128,
    period: i128,
    pace: Pace,
}

impl Timeline {
    /// A log that has its backlog at `start` and goes on from there.
    pub(crate) fn new(seed: u64, stream: Stream, pace: Pace, start: Time) -> Self {
        let period = ((NANOS / pace.rate) as i128).max(1);
        Self {
            seed,
            salt: stream.salt(),
            origin: i128::from(start.0) * NANOS_A_MILLI - i128::from(pace.backlog) * period,
            period,
            pace,
        }
    }

    /// When a record happens.
    pub(crate) fn time(&self, number: u64) -> Time {
        let own = if self.ties_with_previous(number) {
            number - 1
        } else {
            number
        };
        let jitter = (self.chance(own, 1).unit() * self.period as f64) as i128;
        let nanos = self.origin + i128::from(own) * self.period + jitter.min(self.period - 1);
        Time(nanos.div_euclid(NANOS_A_MILLI) as i64)
    }

    /// When a record can first be seen.
    pub(crate) fn visible(&self, number: u64, time: Time) -> Time {
        if self.pace.late_share <= 0.0 {
            return time;
        }
        let mut chance = self.chance(number, 3);
        if !chance.happens(self.pace.late_share) {
            return time;
        }
        time.after(self.pace.late_by.mul_f64(chance.unit()))
    }

    /// The first record that happens at a moment or after it.
    pub(crate) fn first_from(&self, time: Time) -> u64 {
        let since_origin = i128::from(time.0) * NANOS_A_MILLI - self.origin;
        // Jitter and ties move a record by less than two periods.
        let certainly_before = since_origin.div_euclid(self.period) - 2;
        let mut number = u64::try_from(certainly_before).unwrap_or(0).min(self.end());
        while number < self.end() && self.time(number) < time {
            number += 1;
        }
        number
    }

    /// What can be seen of a span, oldest first.
    pub(crate) fn places(&self, span: Span) -> impl DoubleEndedIterator<Item = Place> + '_ {
        let end = self.first_at_or_after(span.before);
        let begin = self.first_after(span.after);
        (begin..end.max(begin))
            .map(|number| Place {
                time: self.time(number),
                number,
            })
            .filter(move |place| self.visible(place.number, place.time) <= span.now)
    }

    fn first_at_or_after(&self, place: Place) -> u64 {
        let mut number = self.first_from(place.time);
        while number < self.end() && self.time(number) == place.time && number < place.number {
            number += 1;
        }
        number
    }

    fn first_after(&self, place: Place) -> u64 {
        let number = self.first_at_or_after(place);
        let is_the_place = number == place.number && self.time(number) == place.time;
        number + u64::from(is_the_place)
    }

    fn end(&self) -> u64 {
        self.pace.total.unwrap_or(super::HAND_MADE)
    }

    fn ties_with_previous(&self, number: u64) -> bool {
        number > 0 && self.tie(number) && !self.tie(number - 1)
    }

    fn tie(&self, number: u64) -> bool {
        self.chance(number, 2).happens(TIES)
    }

    fn chance(&self, number: u64, purpose: u64) -> Chance {
        Chance::of(&[self.seed, self.salt, number, purpose])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time(1_763_631_000_000);

    fn timeline(rate: f64, late_share: f64) -> Timeline {
        let pace = Pace {
            rate,
            backlog: 1_000,
            total: None,
            late_share,
            late_by: Duration::from_mins(3),
        };
        Timeline::new(42, Stream::ToolCalls, pace, START)
    }

    #[test]
    fn times_never_fall_and_some_are_equal() {
        for rate in [0.01, 1.0, 700.0, 250_000.0] {
            let line = timeline(rate, 0.0);
            let times: Vec<Time> = (0..5_000).map(|number| line.time(number)).collect();
            assert!(times.is_sorted(), "at {rate} a second");
            let equal = times.windows(2).filter(|pair| pair[0] == pair[1]).count();
            assert!(equal > 100, "{equal} ties at {rate} a second");
        }
    }

    #[test]
    fn the_backlog_lies_before_the_start_and_nothing_else_does() {
        let line = timeline(10.0, 0.0);
        assert!(line.time(999) < START);
        assert!(line.time(1_002) >= START);
    }

    #[test]
    fn the_first_record_from_a_moment_on_is_found_whatever_the_rate() {
        for rate in [0.01, 1.0, 700.0, 250_000.0] {
            let line = timeline(rate, 0.0);
            for number in [0, 1, 500, 1_999] {
                let time = line.time(number);
                let first = line.first_from(time);
                assert_eq!(line.time(first), time);
                assert!(first == 0 || line.time(first - 1) < time);
            }
        }
    }

    #[test]
    fn late_records_are_seen_later_than_they_happen_by_no_more_than_was_said() {
        let line = timeline(10.0, 0.3);
        let lateness = |number| {
            let time = line.time(number);
            line.visible(number, time).since(time)
        };
        let late = (0..1_000).filter(|n| lateness(*n) > Duration::ZERO).count();
        assert!((250..350).contains(&late), "{late}");
        assert!((0..1_000).all(|n| lateness(n) <= Duration::from_mins(3)));
    }
}
