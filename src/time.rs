//! Moments, to the millisecond: the one unit in which APIs, places and logs are compared.

mod minute;
mod rfc3339;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub(crate) use minute::Minute;

/// A moment, in whole milliseconds since 1970 (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub i64);

impl Time {
    /// This moment moved into the past.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(millis(span)))
    }

    /// This moment moved into the future.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(millis(span)))
    }

    /// How long after `earlier` this moment is; zero where it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The moment an RFC 3339 text names, cut to the millisecond.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(time) = rfc3339::read(text.as_bytes()) {
            return Some(time);
        }
        let moment: jiff::Timestamp = text.trim().parse().ok()?;
        Some(Self(
            moment
                .as_nanosecond()
                .div_euclid(1_000_000)
                .try_into()
                .ok()?,
        ))
    }

    /// Writes this moment as it is displayed, which takes longer.
    pub fn push(self, out: &mut String) {
        if !rfc3339::write(self, out) {
            out.push_str(&self.to_string());
        }
    }

    /// The wall clock, read in the few places that pass time in.
    #[must_use]
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_millisecond())
    }
}

/// RFC 3339 in UTC with milliseconds, or the number where no calendar reaches.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(moment) => write!(f, "{moment:.3}"),
            Err(_) => write!(f, "{} ms since 1970", self.0),
        }
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_cut_to_the_millisecond_never_rounded() {
        assert_eq!(
            Time::parse("2026-11-20T09:30:00.123999Z")
                .map(|t| t.to_string())
                .as_deref(),
            Some("2026-11-20T09:30:00.123Z")
        );
        assert_eq!(Time::parse("1969-12-31T23:59:59.9999Z"), Some(Time(-1)));
    }

    #[test]
    fn another_time_zone_is_the_same_moment() {
        assert_eq!(
            Time::parse("2026-11-20T10:30:00+01:00"),
            Time::parse("2026-11-20T09:30:00Z")
        );
    }

    #[test]
    fn the_far_ends_of_time_do_not_overflow() {
        assert_eq!(Time(i64::MIN).before(Duration::MAX), Time(i64::MIN));
        assert!(Time(i64::MAX).to_string().contains("ms since 1970"));
    }
}
