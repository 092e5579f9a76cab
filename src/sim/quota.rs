//! How often a vendor lets itself be asked.

use std::time::Duration;

use parking_lot::Mutex;

use crate::time::Time;

/// So many requests in each period, for all who come with one key.
#[derive(Debug, Clone, Copy)]
pub struct Quota {
    /// How many requests.
    pub requests: u64,
    /// In how long; the periods are aligned to the calendar.
    pub period: Duration,
}

impl Default for Quota {
    /// So much that nobody meets it.
    fn default() -> Self {
        Self {
            requests: 1_000_000,
            period: Duration::from_secs(10),
        }
    }
}

/// What is left of a quota after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) refused: bool,
    pub(crate) requests: u64,
    /// Whole seconds until there are more, rounded up.
    pub(crate) reset: u64,
}

/// A quota, and how much of it has been used.
#[derive(Debug)]
pub(crate) struct Meter {
    pub(crate) quota: Quota,
    /// Asking while refused prolongs the refusal.
    strict: bool,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    period: u64,
    requests: u64,
    refused_until: u64,
}

impl Meter {
    pub(crate) fn new(quota: Quota, strict: bool) -> Self {
        Self {
            quota,
            strict,
            used: Mutex::default(),
        }
    }

    /// Counts one request.
    pub(crate) fn count(&self, now: Time) -> Left {
        let now = u64::try_from(now.0).unwrap_or(0);
        let length = u64::try_from(self.quota.period.as_millis())
            .unwrap_or(u64::MAX)
            .max(1);
        let mut used = self.used.lock();
        if now / length != used.period {
            used.period = now / length;
            used.requests = 0;
        }
        used.requests += 1;
        let period_end = (used.period + 1) * length;
        let over = used.requests > self.quota.requests;
        let refused = over || now < used.refused_until;
        if refused && self.strict {
            used.refused_until = now + length;
        }
        let until = if refused {
            period_end.max(used.refused_until)
        } else {
            period_end
        };
        Left {
            refused,
            requests: self.quota.requests.saturating_sub(used.requests),
            reset: (until - now).div_ceil(1_000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE_IN_TEN_SECONDS: Quota = Quota {
        requests: 3,
        period: Duration::from_secs(10),
    };

    #[test]
    fn a_quota_is_full_again_when_its_period_of_the_calendar_ends() {
        let meter = Meter::new(THREE_IN_TEN_SECONDS, false);
        let refused: Vec<bool> = (0..4).map(|_| meter.count(Time(14_500)).refused).collect();
        assert_eq!(refused, [false, false, false, true]);
        assert_eq!(meter.count(Time(14_500)).reset, 6);
        assert!(!meter.count(Time(20_000)).refused);
    }

    #[test]
    fn asking_a_strict_vendor_while_refused_prolongs_the_refusal() {
        let meter = Meter::new(THREE_IN_TEN_SECONDS, true);
        for _ in 0..4 {
            meter.count(Time(14_500));
        }
        assert!(meter.count(Time(20_000)).refused);
        assert!(meter.count(Time(29_000)).refused);
        assert!(!meter.count(Time(39_001)).refused);
    }
}
